//! `handfast demo`: the whole way on one machine, with nothing faked but the camera.
//!
//! Two processes of this program, each with its [`part`], share a folder of photographs ([`air`]) and
//! nothing else. This parent starts them, listens to what they say, and tells it.

mod air;
mod figures;
pub(super) mod part;
mod script;
mod timeline;

use super::serve::demonstrate as demonstrate_page;
use crate::interrupt::Interrupt;
use crate::language::{Language, language};
use crate::output::{Event, Stamped, json_line, write_line, write_report};
use crate::page::Page;
use crate::status::{Status, Stop};
use crate::{margin, strings, symbol, terminal, words};
use figures::Who;
use handfast_native::net::boxed;
use handfast_native::pairing::Failure;
use handfast_native::private;
use handfast_native::qr::Symbol;
use handfast_native::token::{LinkBase, QrText, random_bytes};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// What the host calls itself.
const HOST_NAME: &str = "Ana";
/// What the guest calls itself.
const GUEST_NAME: &str = "Ben";

/// How long either child tries.
const PATIENCE: Duration = Duration::from_secs(55);

/// How long the whole may take.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
#[command(after_help = strings::demo_examples())]
pub(crate) struct Args {
    #[arg(long, help = strings::option_two_scan())]
    two_scan: bool,
    #[arg(long, help = strings::option_seed())]
    seed: Option<u64>,
    #[arg(long, help = strings::option_dir())]
    dir: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["two_scan", "seed", "dir"], help = strings::option_browser())]
    browser: bool,
    #[arg(long, help = strings::option_json_figures())]
    pub(super) json: bool,
}

pub(crate) fn run(args: Args) -> Status {
    super::talk(args.json, move |hands| async move {
        match args.browser {
            true => two_pages(args.json, hands.interrupt).await,
            false => demonstrate(args, hands.interrupt).await,
        }
    })
}

/// Serves two pages side by side that meet, until it is interrupted.
async fn two_pages(is_for_programs: bool, interrupt: Interrupt) -> Result<(), Stop> {
    let page = Page::read(None)?.inside(
        "page",
        &[
            (
                "/index.html",
                include_str!("../../../../web/demo/index.html"),
            ),
            ("/meet.js", include_str!("../../../../web/demo/meet.js")),
        ],
    );
    demonstrate_page(page, is_for_programs, strings::demo_browser, interrupt).await
}

async fn demonstrate(args: Args, mut interrupt: Interrupt) -> Result<(), Stop> {
    let seed = match args.seed {
        Some(seed) => seed,
        // Six digits: a person may want to type it again.
        None => u64::from_le_bytes(random_bytes().map_err(|_| Failure::Local)?) % 1_000_000,
    };
    let folder = make_folders(args.dir.as_deref(), seed)?;
    let mut demo = Demo {
        json: args.json,
        events: Vec::new(),
    };
    if !args.json {
        write_report(strings::demo_begins(), 0);
    }
    let ended = tokio::select! {
        ended = demo.watch(&folder, seed, args.two_scan) => ended,
        () = tokio::time::sleep(LIMIT) => Err(Stop::local(strings::demo_too_slow())),
        () = interrupt.pressed() => Err(Stop::cancelled()),
    };
    terminal::under_way(Vec::new());
    if args.dir.is_none() {
        script::remove_files(&folder);
    }
    demo.report(ended, &folder, seed)
}

/// Two folders that belong to one process each, and the air between them.
fn make_folders(wish: Option<&Path>, seed: u64) -> Result<PathBuf, Stop> {
    let folder = match wish {
        Some(folder) => folder.to_owned(),
        None => std::env::temp_dir().join(format!("handfast-demo-{}-{seed}", std::process::id())),
    };
    let made = || -> std::io::Result<()> {
        private::create_folders(&folder)?;
        for part in ["host", "guest", "air"] {
            let part = folder.join(part);
            // What an earlier demonstration left must not be taken for this one's.
            match std::fs::remove_dir_all(&part) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => private::create_folder(&part)?,
            }
        }
        Ok(())
    };
    made().map_err(|error| Stop::local(words::unwritable(&folder.to_string_lossy(), &error)))?;
    Ok(folder)
}

struct Demo {
    json: bool,
    events: Vec<(Who, Stamped)>,
}

impl Demo {
    /// Runs both children to their ends.
    async fn watch(&mut self, folder: &Path, seed: u64, two_scan: bool) -> Result<(), Stop> {
        let (said, mut heard) = mpsc::unbounded_channel();
        let mut children = [
            start("demo-host", folder, seed, two_scan)?,
            start("demo-guest", folder, seed, two_scan)?,
        ];
        for (who, child) in [Who::Host, Who::Guest].into_iter().zip(&mut children) {
            let Some(lines) = child.stdout.take() else {
                return Err(Failure::Local.into());
            };
            let said = said.clone();
            tokio::spawn(boxed(async move {
                let mut lines = BufReader::new(lines).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    match serde_json::from_str::<Stamped>(&line) {
                        Ok(stamped) => drop(said.send((who, stamped))),
                        Err(error) => log::warn!("a child said something odd: {error}"),
                    }
                }
            }));
        }
        drop(said);
        // The children's pipes end when they do.
        while let Some((who, stamped)) = heard.recv().await {
            self.hear(who, &stamped.event);
            let failed = matches!(stamped.event, Event::Failed { .. });
            self.events.push((who, stamped));
            if failed {
                break;
            }
        }
        if let Some(stop) = self.failure() {
            return Err(stop);
        }
        for child in &mut children {
            let status = child.wait().await.map_err(|_| Failure::Local)?;
            if !status.success() {
                return Err(Stop::local(strings::demo_child_died()));
            }
        }
        Ok(())
    }

    /// Shows the code once, and what is going on.
    fn hear(&mut self, who: Who, event: &Event) {
        let doing = match event {
            Event::Invitation { .. } | Event::Photographed { .. } => strings::demo_looking(),
            Event::Scanned { .. } => strings::demo_connecting(),
            Event::Met { .. } => strings::demo_talking(),
            _ => return,
        };
        if !self.json {
            terminal::under_way(vec![format!("{}{doing}", margin::MARK)]);
        }
        if let (Who::Host, Event::Invitation { text, .. }, false) = (who, event, self.json)
            && std::io::stdout().is_terminal()
            && let Ok(token) = crate::input::token_in(text.as_bytes())
            && let Ok(symbol) =
                Symbol::draw(QrText::new(&LinkBase::DEFAULT, &token.to_bytes()).as_str())
        {
            terminal::above(|| write_line(&symbol::drawn(&symbol)));
        }
    }

    /// What a child said when it failed.
    fn failure(&self) -> Option<Stop> {
        self.events
            .iter()
            .find_map(|(who, stamped)| match &stamped.event {
                Event::Failed { text, status, .. } => Some(Stop::new(
                    Status::from_code(*status),
                    "demo",
                    words::demo_failed(*who == Who::Host, text),
                )),
                _ => None,
            })
    }

    fn report(&self, ended: Result<(), Stop>, folder: &Path, seed: u64) -> Result<(), Stop> {
        let origin = figures::first_scan(&self.events)
            .or_else(|| self.events.first().map(|(_, stamped)| stamped.at_us));
        if let (Some(origin), false) = (origin, self.json) {
            for line in timeline::lines(&self.events, origin) {
                write_report(&line, timeline::column());
            }
        }
        ended?;
        let screens = ["host", "guest"]
            .map(|part| folder.join(part).join("screen.png"))
            .into_iter()
            .filter(|screen| screen.exists())
            .map(|screen| screen.to_string_lossy().into_owned());
        let figures = figures::figures(&self.events, seed, screens.collect())
            .ok_or_else(|| Stop::local(strings::demo_child_died()))?;
        if self.json {
            write_line(&json_line(&figures));
        } else {
            write_line(&timeline::summary(&figures, &folder.to_string_lossy()));
        }
        if !figures.file.equal {
            return Err(Stop::local(strings::demo_file_differs()));
        }
        Ok(())
    }
}

/// Starts a child that dies with its handle, and with this process.
fn start(role: &str, folder: &Path, seed: u64, two_scan: bool) -> Result<Child, Stop> {
    let program = std::env::current_exe().map_err(|_| Failure::Local)?;
    let mut command = Command::new(program);
    command
        .arg(role)
        .arg("--dir")
        .arg(folder)
        .args(["--seed", &seed.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if two_scan {
        command.arg("--two-scan");
    }
    if language() == Language::English {
        // What a child says in words is told on by this process, in its language.
        command.env("LC_ALL", "C");
    }
    command
        .spawn()
        .map_err(|_| Stop::local(strings::demo_child_died()))
}

/// In a child: ends this process when its parent is gone, however that went. The parent holds the
/// other end of standard input and never writes to it.
fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(Status::Cancelled.code());
    });
}

/// What a camera tells.
enum Seen {
    Frame(u32),
    Sight(air::Sight),
    Nothing(Stop),
}

/// Looks at a screen until its code is read. Blocks.
fn watch(screen: &Path, told: &mpsc::UnboundedSender<Seen>) {
    let sight = air::look(screen, |frame| drop(told.send(Seen::Frame(frame))));
    let _ = told.send(match sight {
        Ok(sight) => Seen::Sight(sight),
        Err(_) => Seen::Nothing(Stop::local(strings::demo_nothing_seen())),
    });
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    private::write(path, bytes)
        .map_err(|error| Stop::local(words::unwritable(&path.to_string_lossy(), &error)))
}
