//! Outputs as lines of a log. What Noise and certificates make for themselves differs from run to run,
//! so nothing that follows from it is written.

use handfast_device::{
    CarrierCommand, Event, NearbyCommand, NetworkCommand, Output, Query, TalkCommand, View, Work,
    Write,
};

pub(crate) fn output(output: &Output) -> String {
    match output {
        Output::Answer(answer) => format!("answer {} {:?}", answer.request.0, answer.result),
        Output::Event(event) => format!("event {}", self::event(event)),
        Output::Carrier(session, command) => format!("{} {}", session.0, carrier(command)),
        Output::Network(command) => format!("network {}", network(command)),
        Output::Nearby(NearbyCommand::Look { addresses, .. }) => format!("nearby {addresses:?}"),
        Output::Nearby(NearbyCommand::Rest) => "nearby no more".to_owned(),
        Output::Store(ticket, writes) => {
            let writes: Vec<String> = writes.iter().map(write).collect();
            format!("store {} {}", ticket.0, writes.join(", "))
        }
        Output::Find(ticket, query) => format!("find {} {}", ticket.0, self::query(query)),
        Output::Look(ticket, _) => format!("look {}", ticket.0),
        Output::NotNeeded(path) => format!("not needed {}", path.display()),
        Output::Discard(left) => format!("discard {:?}", left.goal),
        Output::Talk(session, command) => format!("{} talk {}", session.0, talk(command)),
        Output::Export(request, _) => format!("export {}", request.0),
        Output::Work(session, Work::Lock { .. }) => format!("{} lock", session.0),
        Output::Work(session, Work::Unlock { .. }) => format!("{} unlock", session.0),
        Output::Work(session, Work::LockText { .. }) => format!("{} lock text", session.0),
        Output::Work(session, Work::OpenText { .. }) => format!("{} open text", session.0),
    }
}

fn event(event: &Event) -> String {
    match event {
        Event::View(session, view) => format!("{} {}", session.0, self::view(view)),
        Event::NetworkReport(_) => "network report".to_owned(),
        other => format!("{other:?}"),
    }
}

fn view(view: &View) -> String {
    match view {
        View::Hosting {
            stage,
            expires_at,
            is_outdated,
            cause,
            is_offline,
            ..
        } => format!("Hosting {stage:?} {expires_at} {is_outdated} {cause:?} {is_offline}"),
        View::ReplyNeeded {
            is_slot_taken,
            cause,
            ..
        } => format!("ReplyNeeded {is_slot_taken} {cause:?}"),
        View::Talking {
            name,
            trust,
            is_interrupted,
            wish,
            comparing,
            reached,
            ..
        } => {
            let compares = comparing.is_some();
            format!("Talking {name} {trust:?} {is_interrupted} {wish:?} {compares} {reached:?}")
        }
        other => format!("{other:?}"),
    }
}

fn carrier(command: &CarrierCommand) -> String {
    match command {
        CarrierCommand::Listen(_) => "Listen".to_owned(),
        CarrierCommand::Knock(keys) => format!("Knock {:?}", keys.addresses),
        CarrierCommand::Seek(keys) => format!("Seek {:?} {:?}", keys.part, keys.addresses),
        CarrierCommand::Hours(hours) => format!("Hours {}", hours.len()),
        CarrierCommand::Expect(guest, turn) => format!("Expect {:?} {turn:?}", guest.candidates),
        CarrierCommand::Send(message) => format!("Send {}", message.len()),
        other => format!("{other:?}"),
    }
}

fn network(command: &NetworkCommand) -> String {
    match command {
        NetworkCommand::GuessedBefore(guesses) => format!("GuessedBefore {}", guesses.len()),
        other => format!("{other:?}"),
    }
}

fn write(write: &Write) -> String {
    match write {
        Write::AddInvitation(pending) => format!("AddInvitation {:?}", pending.id()),
        Write::PutReply(reply) => format!("PutReply {:?} {}", reply.id(), reply.port),
        Write::History(id, history, _) => {
            let (forms, replies) = (history.forms.len(), history.replies.len());
            format!("History {id:?} {:?} {forms} {replies}", history.strikes)
        }
        other => format!("{other:?}"),
    }
}

fn talk(command: &TalkCommand) -> String {
    match command {
        TalkCommand::Start(connected) => {
            let unasked = connected.limits.verified.unasked;
            let early = connected.early.len();
            format!("Start {early} {:?} unasked {unasked}", connected.trust)
        }
        TalkCommand::Received(message) => format!("Received {}", message.len()),
        TalkCommand::Judge(_, finding) => format!("Judge {finding:?}"),
        other => format!("{other:?}"),
    }
}

/// What is asked of a conversation, without whose it is.
fn query(query: &Query) -> String {
    match query {
        Query::Ledger { most, .. } => format!("ledger {most}"),
        Query::LookUp { sequence, .. } => format!("look up {sequence}"),
        Query::Load { from, at_most, .. } => format!("load {from:?} {at_most}"),
        Query::Rows { most, .. } => format!("rows {most}"),
        Query::Search { steps, most, .. } => format!("search {steps} {most}"),
    }
}
