//! Which of several invitations is meant: a picture may hold more than one code.

use crate::input;
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::token::{FindError, Token};

/// True for what can be joined.
fn is_invitation(token: &Token) -> bool {
    !matches!(token, Token::Reply(_) | Token::Here(_))
}

/// The one invitation that was found, or that a person chooses among several.
///
/// # Errors
/// As it was found; [`FindError::SeveralTokens`] where nobody can be asked.
pub(super) async fn which(
    found: Result<Token, FindError>,
    output: &Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<Token, Stop> {
    let mut tokens = match input::only(found, is_invitation) {
        Err(FindError::SeveralTokens(tokens))
            if lines.is_terminal() && tokens.iter().all(is_invitation) =>
        {
            tokens
        }
        found => return Ok(found?),
    };
    output.say(strings::which_invitation());
    for (index, token) in tokens.iter().enumerate() {
        output.say(&words::choice(index + 1, token));
    }
    loop {
        let line = tokio::select! {
            line = lines.next() => line.ok_or_else(Stop::cancelled)?,
            () = interrupt.pressed() => return Err(Stop::cancelled()),
        };
        match line.trim().parse::<usize>() {
            Ok(number @ 1..) if number <= tokens.len() => return Ok(tokens.swap_remove(number - 1)),
            _ => output.say(&strings::which_number(tokens.len())),
        }
    }
}
