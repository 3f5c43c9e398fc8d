//! The program: reads settings, starts the log, runs the command.

use std::process::ExitCode;

use clap::Parser as _;
use usher::{cli::Cli, config::Settings, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Cli::parse().into_command();
    let settings = match Settings::load(std::env::vars_os()) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = telemetry::init(&settings.log, settings.log_format) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    match usher::cli::run(command, &settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("usher: {error}");
            ExitCode::FAILURE
        }
    }
}
