//! The terminal as a place where a person types while the program writes: what is said moves up, and at the
//! foot of the screen stand what is under way and the line that is being typed.
//!
//! What a person types or pastes is taken key by key, however long it is: a terminal that gives out lines
//! keeps no more than 4,095 bytes of one (termios(3), canonical mode). What is pasted arrives as one piece,
//! line breaks and all, and is sent when the person presses Enter.
//!
//! Something may take the whole window instead ([`WholeWindow`]), for as long as somebody types.
//!
//! Where nothing can be drawn, what is typed is echoed as the terminal itself would, and where nobody types,
//! not even that.

mod foot;
mod keyboard;
mod line;

pub(crate) use foot::plain;
pub(crate) use keyboard::{Keyboard, StandardInput, next_line};
pub(crate) use line::{Key, Line, Typed};

use foot::{Foot, Shown};
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What stands in front of a line that is typed.
const PROMPT: &str = "> ";

/// How wide a screen is taken to be where that cannot be known.
const USUAL_COLUMNS: usize = 80;

/// How many columns the screen has.
pub(crate) fn columns() -> usize {
    let is_terminal =
        io::stdout().is_terminal() || io::stderr().is_terminal() || io::stdin().is_terminal();
    let known = is_terminal.then(size).flatten();
    known.map_or(USUAL_COLUMNS, |(columns, _)| columns)
}

/// How many columns and rows the window has in which standard output appears; None if it appears in none,
/// or that is not known.
pub(crate) fn window() -> Option<(usize, usize)> {
    io::stdout().is_terminal().then(size).flatten()
}

fn size() -> Option<(usize, usize)> {
    let (columns, rows) = crossterm::terminal::size().ok()?;
    (columns > 0 && rows > 0).then_some((columns.into(), rows.into()))
}

/// Writes something that stays on the screen, above its foot.
pub(crate) fn above<T>(write: impl FnOnce() -> T) -> T {
    let mut screen = screen();
    screen.erase();
    let written = write();
    screen.draw_anew();
    written
}

/// Shows these rows at the foot of the screen, instead of those that were shown there. Each has to fit.
pub(crate) fn under_way(rows: Vec<String>) {
    let mut screen = screen();
    if screen.rows != rows {
        screen.erase();
        screen.rows = rows;
        screen.draw();
    }
}

/// While this lives, the line that is typed is an answer to something, and nothing of it shows.
pub(crate) struct Secretly {
    /// What the person had begun to type.
    before: Line,
}

/// Asks for a line that does not show. None where no [`Keyboard`] lives.
pub(crate) fn ask_secretly(prompt: &str) -> Option<Secretly> {
    let mut screen = screen();
    screen.erase();
    let is_echoed = screen.echoed.is_some();
    let asked = screen.input.as_mut().map(|input| {
        let before = std::mem::take(input);
        if is_echoed {
            put(prompt);
        }
        input.prompt = prompt.to_owned();
        input.is_secret = true;
        Secretly {
            before: before.line,
        }
    });
    screen.draw();
    asked
}

impl Drop for Secretly {
    fn drop(&mut self) {
        let mut screen = screen();
        screen.erase();
        if let Some(input) = &mut screen.input {
            *input = Input::default();
            input.line = std::mem::take(&mut self.before);
        }
        screen.draw();
    }
}

/// What takes the whole window: what is pressed is for it, and it draws itself.
pub(crate) trait WholeWindow: Send {
    /// Does what a key is for.
    fn press(&mut self, key: Key) -> Typed;

    /// Draws what has changed or, where it is not known what the window shows, all of it.
    fn draw(&mut self, is_all: bool);
}

/// Hands the whole window over, until it is taken back.
pub(crate) fn give_window(whole: Box<dyn WholeWindow>) {
    keyboard::look_after_panics();
    let mut screen = screen();
    screen.erase();
    screen.whole = Some(whole);
    keyboard::enter_window();
    screen.draw_anew();
}

/// The window shows again what it showed before.
pub(crate) fn take_window_back() {
    let mut screen = screen();
    if screen.whole.take().is_some() {
        keyboard::leave_window();
        screen.draw();
    }
}

/// Draws what has changed in the whole window.
pub(crate) fn draw_window() {
    screen().draw_whole(false);
}

/// The terminal is as it was found. Whoever ends the program in the middle of something calls this.
pub(crate) fn restore() {
    under_way(Vec::new());
    keyboard::leave();
}

/// What is drawn, and what is typed.
struct Screen {
    /// What has the whole window. Nothing else is drawn then.
    whole: Option<Box<dyn WholeWindow>>,
    rows: Vec<String>,
    input: Option<Input>,
    /// What takes away what was drawn last; None while nothing is.
    drawn: Option<String>,
    /// What of the line that is typed was echoed, where no more than that is shown.
    echoed: Option<String>,
}

/// A line that is being typed.
struct Input {
    prompt: String,
    line: Line,
    /// Nothing that is typed shows.
    is_secret: bool,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            prompt: PROMPT.to_owned(),
            line: Line::default(),
            is_secret: false,
        }
    }
}

impl Input {
    fn shown(&self) -> Shown<'_> {
        let (text, before) = match self.is_secret {
            true => ("", 0),
            false => (self.line.text(), self.line.cursor()),
        };
        Shown {
            prompt: &self.prompt,
            text,
            before,
        }
    }
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen {
    whole: None,
    rows: Vec::new(),
    input: None,
    drawn: None,
    echoed: None,
});

fn screen() -> MutexGuard<'static, Screen> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A screen on which the cursor can be moved.
fn can_draw() -> bool {
    let is_seen = io::stderr().is_terminal() || io::stdout().is_terminal();
    is_seen && !is_dumb()
}

/// A terminal that takes what would move its cursor for a text.
pub(crate) fn is_dumb() -> bool {
    let is_plain = |name: std::ffi::OsString| name.is_empty() || name == "dumb";
    !cfg!(windows) && std::env::var_os("TERM").is_none_or(is_plain)
}

/// Where the foot stands: with what is said about how it is going, unless that goes somewhere else. What is
/// typed is echoed there, or where it is typed.
fn canvas() -> Box<dyn Write> {
    if io::stderr().is_terminal() {
        return Box::new(io::stderr());
    }
    if io::stdout().is_terminal() {
        return Box::new(io::stdout());
    }
    match std::fs::File::options().write(true).open("/dev/tty") {
        Ok(terminal) => Box::new(terminal),
        Err(_) => Box::new(io::sink()),
    }
}

impl Screen {
    fn erase(&mut self) {
        if let Some(erasing) = self.drawn.take() {
            put(&erasing);
        }
    }

    fn draw_whole(&mut self, is_all: bool) {
        if let Some(whole) = &mut self.whole
            && keyboard::has_window()
        {
            whole.draw(is_all);
        }
    }

    fn draw(&mut self) {
        if self.whole.is_some() {
            return self.draw_whole(false);
        }
        if let Some(echoed) = &mut self.echoed {
            if let Some(input) = self.input.as_ref().filter(|input| !input.is_secret) {
                put(&foot::echo(echoed, input.line.text()));
                input.line.text().clone_into(echoed);
            }
            return;
        }
        if (self.rows.is_empty() && self.input.is_none()) || !can_draw() {
            return;
        }
        let input = self.input.as_ref().map(Input::shown);
        let foot = Foot::of(&self.rows, input, columns());
        put(&foot.drawn());
        self.drawn = Some(foot.erasing());
    }

    /// Draws what has changed.
    fn draw_again(&mut self) {
        self.erase();
        self.draw();
    }

    /// Draws all of it, as it is not known what the window shows. Where that has another size now, it is not
    /// known either what became of the old rows at its foot, and some of them may stay.
    fn draw_anew(&mut self) {
        match self.whole.is_some() {
            true => self.draw_whole(true),
            false => self.draw_again(),
        }
    }

    /// A key was pressed, or something was pasted. What comes of it; a whole line stays on the screen.
    fn typed(&mut self, key: Key) -> Typed {
        if let Some(whole) = &mut self.whole {
            return whole.press(key);
        }
        let Some(input) = &mut self.input else {
            return Typed::Nothing;
        };
        let typed = input.line.press(key);
        if let Typed::Line(text) = &typed {
            let shown = if input.is_secret { "" } else { text.as_str() };
            if let Some(echoed) = &mut self.echoed {
                put(&format!("{}\r\n", foot::echo(echoed, shown)));
                echoed.clear();
                return typed;
            }
            let kept = foot::kept(&input.prompt, shown, columns());
            self.erase();
            put(&kept);
        }
        typed
    }
}

/// Writes where the foot stands. A screen that is gone is no reason to fail.
fn put(text: &str) {
    let mut canvas = canvas();
    let _ = canvas
        .write_all(text.as_bytes())
        .and_then(|()| canvas.flush());
}
