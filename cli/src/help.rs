//! The command line as the parser of arguments takes it, with its own words in the language that is
//! spoken: the parser knows English only.

use crate::language::{Language, language};
use crate::{Cli, strings};
use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, Error, FromArgMatches};
use std::error::Error as _;
use std::io::Write;

/// What this process was called with. Help and errors end it.
pub(crate) fn parse() -> Cli {
    let parsed = command()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| match said(&error) {
        Some(said) => {
            let _ = writeln!(std::io::stderr(), "{said}");
            std::process::exit(error.exit_code());
        }
        None => error.exit(),
    })
}

/// The definition behind help, manual page and completions.
pub(crate) fn command() -> Command {
    let mut command = Cli::command();
    if language() == Language::English {
        return command;
    }
    command = translated(command);
    // From here on every command knows what is in front of its name.
    command.build();
    with_usage(command)
}

/// Headings and the options that the parser adds by itself.
fn translated(command: Command) -> Command {
    let has_version = command.get_version().is_some();
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(strings::option_help());
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help(strings::option_version());
    let usage = strings::heading_usage();
    let command = command
        .help_template(format!(
            "{{before-help}}{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}"
        ))
        .subcommand_help_heading(strings::heading_commands())
        .subcommand_value_name(strings::value_name_command())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(help)
        .mut_args(|arg| {
            let arg = with_value_name(with_default(arg));
            match (arg.get_help_heading(), arg.is_positional()) {
                (Some(_), _) => arg,
                (None, true) => arg.help_heading(strings::heading_arguments()),
                (None, false) => arg.help_heading(strings::heading_options()),
            }
        })
        .mut_subcommands(translated);
    match has_version {
        true => command.arg(version.help_heading(strings::heading_options())),
        false => command,
    }
}

/// The value that holds where none is given, said in the help itself.
fn with_default(arg: Arg) -> Arg {
    let values: Vec<_> = arg.get_default_values().iter().collect();
    let (Some(help), [value]) = (arg.get_help(), values.as_slice()) else {
        return arg;
    };
    let help = strings::help_default(help, value.to_string_lossy());
    arg.help(help).hide_default_value(true)
}

fn with_value_name(arg: Arg) -> Arg {
    let Some(names) = arg.get_value_names() else {
        return arg;
    };
    let said = |name: &clap::builder::Str| match strings::value_name(name) {
        Some(said) => said.into(),
        None => name.clone(),
    };
    let names: Vec<_> = names.iter().map(said).collect();
    arg.value_names(names)
}

/// The line that shows how to call each command.
fn with_usage(mut command: Command) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage
        .trim_start_matches("Usage: ")
        .replace("[OPTIONS]", strings::usage_options());
    command.override_usage(usage).mut_subcommands(with_usage)
}

/// What is wrong with the command line, where the parser would say it in another language.
fn said(error: &Error) -> Option<String> {
    if language() == Language::English {
        return None;
    }
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = named(ContextKind::InvalidArg);
    let value = named(ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::UnknownArgument => strings::usage_unknown(argument),
        ErrorKind::InvalidSubcommand => {
            strings::usage_no_command(named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidValue if value.is_empty() => strings::usage_value_missing(argument),
        ErrorKind::InvalidValue => strings::usage_bad_value(value, argument),
        ErrorKind::ValueValidation => {
            let what = strings::usage_bad_value(value, argument);
            match error.source() {
                Some(why) => strings::usage_because(what, why),
                None => what,
            }
        }
        ErrorKind::MissingRequiredArgument => strings::usage_missing(argument),
        ErrorKind::ArgumentConflict => {
            strings::usage_conflict(argument, named(ContextKind::PriorArg))
        }
        ErrorKind::NoEquals => strings::usage_no_equals(argument),
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => return None,
        // What hardly anybody meets is said as the parser says it.
        _ => return None,
    };
    let usage = named(ContextKind::Usage).replacen("Usage:", strings::heading_usage(), 1);
    let mut parts = vec![format!("handfast: {what}"), usage];
    parts.push(strings::usage_more().to_owned());
    parts.retain(|part| !part.is_empty());
    Some(parts.join("\n\n"))
}
