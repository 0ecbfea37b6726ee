//! The program; everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pledgegraph_postgres::run_launcher_if_asked();
    pledgegraph::cli::main(std::env::args_os())
}
