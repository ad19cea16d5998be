//! The program as people and scripts meet it: processes, pipes, signals, exit statuses.

mod ask;
mod demo;
mod ends;
mod inputs;
mod network;
mod peer;
mod seal;
mod talk;
