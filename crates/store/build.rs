//! Migrations and query data are inputs of the macros; users build without a database.

fn main() {
    // A `DATABASE_URL` in the environment is the service's, not the compiler's. `prepare.sh` says otherwise.
    println!("cargo::rerun-if-env-changed=SQLX_OFFLINE");
    if std::env::var_os("SQLX_OFFLINE").is_none() {
        println!("cargo::rustc-env=SQLX_OFFLINE=true");
    }
    println!("cargo::rerun-if-changed=../../migrations");
    println!("cargo::rerun-if-changed=../../.sqlx");
}
