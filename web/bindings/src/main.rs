//! Writes the module by which a page loads the core: `bindings CORE.wasm FOLDER`.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [core, folder] = arguments.as_slice() else {
        eprintln!("usage: bindings CORE.wasm FOLDER");
        return ExitCode::FAILURE;
    };
    let mut bindings = Bindgen::new();
    let written = bindings
        .input_path(core)
        .out_name("core")
        .typescript(true)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(|bindings| bindings.generate(folder));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{core}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
