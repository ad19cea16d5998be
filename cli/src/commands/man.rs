//! `handfast man`: the manual page, from the same definition as the help.

use crate::status::Status;
use crate::{help, strings};
use std::io::Write;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(help = strings::option_man_command())]
    command: Option<String>,
}

pub(crate) fn run(args: &Args) -> Status {
    let mut program = help::command();
    program.build();
    let command = match &args.command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => return Status::Usage,
        },
    };
    let mut page = Vec::new();
    match clap_mangen::Man::new(command).render(&mut page) {
        Ok(()) => {
            let _ = std::io::stdout().write_all(&page);
            Status::Done
        }
        Err(_) => Status::Failed,
    }
}
