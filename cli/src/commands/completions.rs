//! `handfast completions SHELL`, from the same definition as the help.

use crate::status::Status;
use crate::{help, strings};
use std::io::Write;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(help = strings::option_shell())]
    shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "handfast", &mut script);
    let _ = std::io::stdout().write_all(&script);
    Status::Done
}
