//! The program as people and scripts meet it: processes, pipes, signals, exit statuses.

mod ask;
#[cfg(unix)]
mod beside;
mod contacts;
mod demo;
mod ends;
mod erase;
#[cfg(target_os = "linux")]
mod files;
mod full;
mod german;
mod home;
mod inputs;
mod late;
mod moving;
mod network;
mod peer;
#[cfg(unix)]
mod private;
mod seal;
mod talk;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod window;
