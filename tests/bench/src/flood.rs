//! How long a message takes in one session of a device while strangers flood the one port of all of them,
//! in the name of another session: beside the same talk without.

use super::Result;
use super::figure::{Figure, Goal};
use super::strangers::{Strangers, target_of};
use super::table::Table;
use handfast_native::device::{Command, Event, RowContent, Saying, SessionCommand, SessionId};
use handfast_native::{DeviceHandle, Listener};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// How often something is said.
const PACE: Duration = Duration::from_millis(10);

/// How many datagrams a second come, and what the figures are called.
const FLOODS: [(u64, [&str; 2]); 3] = [
    (
        0,
        [
            "a message while nobody floods",
            "the same, 99 of 100 within",
        ],
    ),
    (
        5_000,
        [
            "a message while 5,000 datagrams a second come",
            "the same, 99 of 100 within",
        ],
    ),
    (
        50_000,
        [
            "a message while 50,000 datagrams a second come",
            "the same, 99 of 100 within",
        ],
    ),
];

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let messages = if quick { 200 } else { 1_000 };
    let mut figures = Vec::new();
    for (a_second, [median, late]) in FLOODS {
        let mut took = once(a_second, messages).await?;
        took.sort_by(f64::total_cmp);
        let within = took[took.len() * 99 / 100];
        figures.push(Figure::new(median, "ms", took));
        figures.push(Figure::new(late, "ms", vec![within]).held_to(Goal::AtMost(50.0)));
    }
    Ok(figures)
}

/// What each message takes, in milliseconds.
async fn once(a_second: u64, messages: usize) -> Result<Vec<f64>> {
    let table = Table::set(None).await?;
    let joining = table.guest.join(&table.waiting.text, false).await?;
    tokio::try_join!(
        table.host.talks(table.waiting.session),
        table.guest.talks(joining)
    )?;
    let other = table.host.invite().await?;
    if target_of(&other.invitation)? != target_of(&table.waiting.invitation)? {
        return Err("the two sessions have not one port".into());
    }
    let flood = match a_second {
        0 => None,
        // More than can be sent meanwhile: it is ended below.
        _ => Some(Strangers::begin(&other.invitation, u64::MAX, a_second)?),
    };
    // The beginning of a flood is not what is measured.
    sleep(Duration::from_millis(500)).await;
    let mut listener = table.host.device.listen();
    let mut due = interval(PACE);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut took = Vec::new();
    for _ in 0..messages {
        due.tick().await;
        let said = Instant::now();
        let text = Saying::Text("are you there?".to_owned());
        let say = Command::To(joining, SessionCommand::Say(text));
        table.guest.device.command(say).await?;
        let session = hear(&mut listener).await?;
        took.push(said.elapsed().as_secs_f64() * 1e3);
        take(&table.host.device, session).await?;
    }
    if let Some(mut flood) = flood {
        if let Some(ended) = flood.try_wait()? {
            return Err(format!("the flood ended: {ended}").into());
        }
        flood.kill().await?;
    }
    table.clear().await?;
    Ok(took)
}

/// Waits for a text, and says in which session it came.
async fn hear(listener: &mut Listener) -> Result<SessionId> {
    loop {
        if let Event::Row(session, row) = listener.next().await.ok_or("the device is gone")?
            && let RowContent::Text(_) = row.content
        {
            return Ok(session);
        }
    }
}

async fn take(device: &DeviceHandle, session: SessionId) -> Result<()> {
    let taken = Command::To(session, SessionCommand::Taken(1));
    device.command(taken).await?;
    Ok(())
}
