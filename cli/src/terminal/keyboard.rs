//! What is typed, key by key: the mode of the terminal, and reading from it.

use super::line::{Key, Typed};
use super::{Input, can_draw, canvas, is_dumb, screen};
use crate::interrupt;
use crossterm::cursor::Show;
use crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{execute, terminal};
use handfast_native::net::boxed;
use std::io::{self, IsTerminal, Read};
use std::sync::Once;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How soon a key follows the last one where nobody has pressed it.
const AT_ONCE: Duration = Duration::from_millis(1);

/// The terminal gives out keys, as this program has asked for.
static IS_RAW: AtomicBool = AtomicBool::new(false);

/// Something has the whole window, also while the program is stopped.
static IS_WHOLE: AtomicBool = AtomicBool::new(false);

/// While this lives, a line is typed key by key.
pub(crate) struct Keyboard(());

impl Keyboard {
    /// Begins to take keys, at the foot of the screen where that can be drawn. None where no person types.
    pub(crate) fn begin() -> Option<Self> {
        match can_draw() {
            true => Self::begin_with(None),
            false => Self::begin_echoing(),
        }
    }

    /// Begins to take keys and shows what is typed as the terminal itself would, and nothing else.
    pub(crate) fn begin_echoing() -> Option<Self> {
        // Where lines have no longest length, the system may show and give out whole ones.
        let echoed = cfg!(unix).then(String::new)?;
        Self::begin_with(Some(echoed))
    }

    fn begin_with(echoed: Option<String>) -> Option<Self> {
        if !io::stdin().is_terminal() || enter().is_err() {
            return None;
        }
        let mut screen = screen();
        screen.erase();
        screen.echoed = echoed;
        screen.input = Some(Input::default());
        screen.draw();
        drop(screen);
        look_after_stops();
        Some(Self(()))
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        leave();
        let mut screen = screen();
        screen.input = None;
        screen.echoed = None;
        screen.draw();
    }
}

fn enter() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    IS_RAW.store(true, Relaxed);
    keep_lines_and_signals()?;
    // A terminal that does not know of pastes shows nothing of this.
    if !is_dumb() {
        let _ = execute!(canvas(), EnableBracketedPaste);
    }
    if IS_WHOLE.load(Relaxed) {
        let _ = execute!(io::stdout(), EnterAlternateScreen);
    }
    Ok(())
}

/// The window is there to be drawn on.
pub(super) fn has_window() -> bool {
    IS_WHOLE.load(Relaxed) && IS_RAW.load(Relaxed)
}

/// What the window showed is kept for later.
pub(super) fn enter_window() {
    IS_WHOLE.store(true, Relaxed);
    if IS_RAW.load(Relaxed) {
        let _ = execute!(io::stdout(), EnterAlternateScreen);
    }
}

/// The window shows again what it showed.
pub(super) fn leave_window() {
    if IS_WHOLE.swap(false, Relaxed) && IS_RAW.load(Relaxed) {
        let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
    }
}

/// Takes the foot of the screen away, and gives the terminal back as it was.
pub(super) fn leave() {
    // Nothing is drawn meanwhile.
    let mut screen = screen();
    screen.erase();
    leave_modes();
}

/// What a panic says is read on a usual terminal.
pub(super) fn look_after_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let say = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Whoever panics may be drawing.
            leave_modes();
            say(panic);
        }));
    });
}

fn leave_modes() {
    if IS_RAW.swap(false, Relaxed) {
        if IS_WHOLE.load(Relaxed) {
            let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
        }
        if !is_dumb() {
            let _ = execute!(canvas(), DisableBracketedPaste);
        }
        let _ = terminal::disable_raw_mode();
    }
}

/// Raw mode is about what is typed. Whatever writes goes on to write lines, and Ctrl-C stops the program
/// even where nobody reads keys.
#[cfg(unix)]
fn keep_lines_and_signals() -> io::Result<()> {
    use rustix::termios::{LocalModes, OptionalActions, OutputModes, tcgetattr, tcsetattr};
    let mut modes = tcgetattr(io::stdin())?;
    modes.output_modes |= OutputModes::OPOST | OutputModes::ONLCR;
    modes.local_modes |= LocalModes::ISIG;
    tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
    Ok(())
}

#[cfg(not(unix))]
fn keep_lines_and_signals() -> io::Result<()> {
    Ok(())
}

/// Whoever stops the program for a while (Ctrl-Z) has a terminal like any other meanwhile.
#[cfg(unix)]
fn look_after_stops() {
    use rustix::process::{Signal, getpid, kill_process};
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    let _inside = runtime.enter();
    let [stop, go_on] = [Signal::TSTP, Signal::CONT].map(Signal::as_raw);
    let heard = [stop, go_on].map(|number| signal(SignalKind::from_raw(number)));
    let [Ok(mut stops), Ok(mut goes_on)] = heard else {
        return;
    };
    runtime.spawn(boxed(async move {
        let mut was_raw = false;
        loop {
            tokio::select! {
                Some(()) = stops.recv() => {
                    was_raw |= IS_RAW.load(Relaxed);
                    leave();
                    // Which thread it finds is not known, so this one may still run for a while.
                    let _ = kill_process(getpid(), Signal::STOP);
                }
                Some(()) = goes_on.recv() => {
                    if std::mem::take(&mut was_raw) && enter().is_ok() {
                        screen().draw_anew();
                    }
                }
                else => return,
            }
        }
    }));
}

#[cfg(not(unix))]
fn look_after_stops() {}

/// The next line that is typed while a [`Keyboard`] lives. Waits for it, on a thread that has nothing else to
/// do. None at the end.
pub(crate) fn next_line() -> Option<String> {
    loop {
        let key = match event::read() {
            Ok(Event::Key(key)) => Key::Pressed(key),
            Ok(Event::Paste(text)) => Key::Pasted(text),
            Ok(Event::Resize(..)) => {
                screen().draw_anew();
                continue;
            }
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return None,
        };
        let typed = screen().typed(key);
        match typed {
            Typed::Line(text) => {
                screen().draw();
                return Some(text);
            }
            Typed::End => {
                // Nobody reads keys any more, so the system has to make a signal of Ctrl-C again.
                if !cfg!(unix) {
                    leave();
                }
                return None;
            }
            Typed::Interrupt => interrupt::press(),
            // A text that comes as single keys is drawn once.
            Typed::Nothing if matches!(event::poll(AT_ONCE), Ok(true)) => {}
            Typed::Nothing => screen().draw_again(),
        }
    }
}

/// Standard input, also where a person types it: as long as it is, to where they press Ctrl-D.
pub(crate) enum StandardInput {
    /// From a pipe or a file.
    Plain(io::Stdin),
    /// From a person.
    Typed {
        /// What was typed and not read yet.
        line: io::Cursor<Vec<u8>>,
        /// None once there is nothing more.
        keyboard: Option<Keyboard>,
    },
}

impl StandardInput {
    /// Begins to take what is typed.
    pub(crate) fn begin() -> Self {
        match Keyboard::begin() {
            None => Self::Plain(io::stdin()),
            keyboard => Self::Typed {
                line: io::Cursor::default(),
                keyboard,
            },
        }
    }

    /// Appends the next line, with its end, or the next so many bytes of it. How many there were; none at the
    /// end.
    ///
    /// # Errors
    /// Those of reading.
    pub(crate) fn read_line(&mut self, most: u64, into: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(input) => {
                use std::io::BufRead;
                input.lock().take(most).read_until(b'\n', into)
            }
            Self::Typed { line, keyboard } => {
                fill(line, keyboard);
                line.take(most).read_to_end(into)
            }
        }
    }
}

impl Read for StandardInput {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(into),
            Self::Typed { line, keyboard } => {
                fill(line, keyboard);
                line.read(into)
            }
        }
    }
}

/// Waits for a line where all of the last one was read.
fn fill(line: &mut io::Cursor<Vec<u8>>, keyboard: &mut Option<Keyboard>) {
    if line.position() < line.get_ref().len() as u64 || keyboard.is_none() {
        return;
    }
    match next_line() {
        Some(text) => *line = io::Cursor::new(format!("{text}\n").into_bytes()),
        None => *keyboard = None,
    }
}
