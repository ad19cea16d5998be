//! The desktop peer: meet by a code or a link, talk, send files; and lock files with a question.
//!
//! Everything of substance is in `handfast-core`. What is here asks, shows and counts; it never
//! decides about trust, and it never invents a way around the flow that phones walk too.

// The comments on options are help texts, which a terminal shows as they stand.
#![allow(rustdoc::bare_urls)]

mod answers;
mod asking;
mod chat;
mod commands;
mod consent;
mod device;
mod duration;
mod files;
mod help;
mod hidden;
mod home;
mod input;
mod interrupt;
mod language;
mod limits;
mod lines;
mod links;
mod logs;
mod margin;
mod one_file;
mod output;
mod page;
mod screen;
mod status;
#[rustfmt::skip] // it is written by scripts/strings
mod strings;
mod sealed_files;
mod symbol;
mod terminal;
mod waiting;
mod words;

use clap::Parser;
use commands::Command;
use home::HomeArgs;

#[derive(Parser)]
#[command(
    name = "handfast",
    version,
    about = strings::about(),
    long_about = strings::long_about(),
    after_help = strings::short_examples(),
    after_long_help = strings::after_help(),
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct Cli {
    // Before the command as well; each command that uses it sees it among its own.
    #[command(flatten)]
    _home: HomeArgs,
    #[command(subcommand)]
    command: Command,
}

fn main() {
    language::speak(language::of_locale(|name| std::env::var(name).ok()));
    let cli = help::parse();
    if cli.command.is_for_programs() {
        language::speak(language::Language::English);
    }
    logs::start();
    let status = cli.command.run();
    // Work that was given up may still be writing, on a thread that nobody waits for.
    handfast_native::unfinished::abandon();
    terminal::restore();
    std::process::exit(status.code());
}
