//! The program: hands the command line to [`specreview::cli`] and its exit status to the system.

fn main() -> std::process::ExitCode {
    specreview::cli::main()
}
