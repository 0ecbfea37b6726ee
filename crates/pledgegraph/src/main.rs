//! pledgegraph
fn main() {
    pledgegraph::postgres::run_launcher_if_asked();
}
