//! How fast a conversation carries a file when the network is not the limit: two sides in one
//! process over the simulated link, through sealing, opening, hashing and storage.
//!
//! `cargo run --release -p handfast-bench --example conversation_figures -- [MiB] [folder]`
#![allow(clippy::print_stdout)]

use handfast_native::conversation::{Conversation, Event, Limits, Options};
use handfast_native::handshake::{Trust, TrustReason};
use handfast_sim::handshake::channels;
use handfast_sim::link::{Conditions, pair};
use std::path::PathBuf;
use std::time::Instant;
use std::{env, error, fs, process};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn error::Error>> {
    let mut arguments = env::args().skip(1);
    let mib: usize = arguments.next().map_or(Ok(256), |text| text.parse())?;
    let folder = arguments.next().map_or_else(env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("handfast-figures-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let result = measure(mib, folder.clone()).await;
    fs::remove_dir_all(folder)?;
    result
}

async fn measure(mib: usize, folder: PathBuf) -> Result<(), Box<dyn error::Error>> {
    let source = folder.join("source.bin");
    fs::write(&source, vec![0x5a; mib << 20])?;

    let (guest, host, _controls) = pair(1, Conditions::default());
    let start = Instant::now();
    let (at_guest, at_host) = channels(&guest, &host)?;
    println!("handshake, both sides: {:?}", start.elapsed());

    let options = Options {
        limits: Limits::USUAL.with_unasked(u64::MAX),
        ..Options::new(
            folder.join("downloads"),
            Trust::because(TrustReason::OpenLink),
        )
    };
    let (sender, mut sent) = Conversation::start(guest, at_guest, options.clone());
    let (receiver, mut received) = Conversation::start(host, at_host, options);
    tokio::spawn(async move { while received.recv().await.is_some() {} });
    for _ in 0..3 {
        sender.send_file(&source).await?;
        while let Some(event) = sent.recv().await {
            match event {
                Event::FileSent { took, .. } => {
                    let rate = mib as f64 / took.as_secs_f64();
                    println!("{mib} MiB in {took:.3?}: {rate:.0} MiB/s");
                    break;
                }
                Event::FileProgress { .. } => {}
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    sender.leave().await;
    drop(receiver);
    Ok(())
}
