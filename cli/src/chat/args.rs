//! Where files go, what they may cost, and whether the conversation takes the whole window.

use crate::limits::LimitArgs;
use crate::lines::Lines;
use crate::output::Output;
use crate::screen::{Screen, Window};
use crate::sealed_files::landing::takes_files;
use crate::{strings, words};
use handfast_native::conversation::Limits;
use std::path::PathBuf;

/// Where files go, and what they may cost.
#[derive(clap::Args)]
pub(crate) struct ChatArgs {
    #[arg(
        long,
        value_name = "DIR",
        default_value = "handfast-downloads",
        help = strings::option_downloads()
    )]
    downloads: PathBuf,
    #[arg(long, help = strings::option_plain())]
    plain: bool,
    #[command(flatten)]
    limits: LimitArgs,
}

impl ChatArgs {
    pub(crate) fn limits(&self) -> Limits {
        self.limits.limits()
    }

    /// Says now if files cannot be stored, and not when one comes.
    pub(crate) fn tell_obstacles(&self, output: &mut Output) {
        let folder = self.downloads();
        if let Err(error) = takes_files(&folder) {
            let folder = folder.to_string_lossy();
            output.note(words::downloads_take_nothing(&folder, &error));
        }
    }

    /// Has the conversation take the whole window, if a person sits at one that can show it. Otherwise it is
    /// told in lines.
    pub(crate) fn take_window(&self, screen: Screen, output: &mut Output, lines: &Lines) {
        let is_wanted = !self.plain && !output.is_for_programs() && lines.are_keys();
        if is_wanted && let Some(window) = Window::open(screen) {
            output.open(window);
            self.tell_obstacles(output);
        }
    }

    /// The folder for files that come in, wherever the device is at work.
    pub(crate) fn downloads(&self) -> PathBuf {
        std::path::absolute(&self.downloads).unwrap_or_else(|_| self.downloads.clone())
    }
}
