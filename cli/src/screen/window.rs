//! The screen and the terminal at one: what changes is drawn, at the pace of an eye.

use super::Screen;
use super::draw::draw;
use super::history::{Moment, Pen};
use super::looks::Looks;
use super::time::Zone;
use crate::terminal::{self, Key, Typed, WholeWindow};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use handfast_native::net::boxed;
use ratatui_core::layout::Rect;
use ratatui_core::terminal::Terminal;
use ratatui_crossterm::CrosstermBackend;
use std::io::{Stdout, stdout};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The smallest window that shows a conversation, in columns and rows.
const LEAST: (usize, usize) = (40, 10);

/// How often what is drawn may change.
const PACE: Duration = Duration::from_millis(25);

/// How often it is drawn though nothing was told: times that are said go on.
const MINUTE: Duration = Duration::from_secs(60);

/// The whole window, for as long as this lives.
pub(crate) struct Window {
    screen: Arc<Mutex<Screen>>,
    changed: Arc<Notify>,
    drawing: JoinHandle<()>,
}

impl Window {
    /// Takes the window, where it is one that can show a conversation.
    pub(crate) fn open(screen: Screen) -> Option<Self> {
        let (columns, rows) = terminal::window()?;
        if columns < LEAST.0 || rows < LEAST.1 || terminal::is_dumb() {
            return None;
        }
        let canvas = Terminal::new(CrosstermBackend::new(stdout())).ok()?;
        let screen = Arc::new(Mutex::new(screen));
        terminal::give_window(Box::new(Drawn {
            screen: screen.clone(),
            canvas,
            looks: Looks::of_this_terminal(),
        }));
        let changed = Arc::new(Notify::new());
        let drawing = tokio::spawn(boxed(draw_what_changes(changed.clone())));
        Some(Self {
            screen,
            changed,
            drawing,
        })
    }

    /// Something is known that was not.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Screen, Moment)) {
        change(&mut held(&self.screen), Moment::now());
        self.changed.notify_one();
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.drawing.abort();
        terminal::take_window_back();
    }
}

async fn draw_what_changes(changed: Arc<Notify>) {
    loop {
        let _ = timeout(MINUTE, changed.notified()).await;
        terminal::draw_window();
        sleep(PACE).await;
    }
}

fn held(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the terminal draws and hands keys to.
struct Drawn {
    screen: Arc<Mutex<Screen>>,
    canvas: Terminal<CrosstermBackend<Stdout>>,
    looks: Looks,
}

impl Drawn {
    fn area(&self) -> Rect {
        self.canvas.size().unwrap_or_default().into()
    }

    fn pen(&self) -> Pen {
        Pen {
            looks: self.looks,
            zone: Zone::Here,
            now: Moment::now(),
        }
    }
}

/// Ctrl-L, as at any terminal that something else has written to.
fn is_to_draw_all(key: &Key) -> bool {
    let redraw = KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL);
    matches!(key, Key::Pressed(pressed) if *pressed == redraw)
}

impl WholeWindow for Drawn {
    fn press(&mut self, key: Key) -> Typed {
        if is_to_draw_all(&key) {
            self.draw(true);
        }
        let window = self.area();
        let pen = self.pen();
        held(&self.screen).press(key, window, pen)
    }

    fn draw(&mut self, is_all: bool) {
        let pen = self.pen();
        if is_all {
            // To clear it would ask the terminal where its cursor is, and somebody else reads its answers. A
            // screen that is gone is no reason to fail.
            let _ = self.canvas.resize(self.area());
        }
        let screen = held(&self.screen);
        let _ = self.canvas.draw(|frame| {
            if let Some(cursor) = draw(&screen, pen, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        });
    }
}
