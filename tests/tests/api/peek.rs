use anyhow::Result;
use pledgegraph_tests::app::TestApp;
#[tokio::test]
async fn peek() -> Result<()> {
    let app = TestApp::new().await?;
    for line in std::fs::read_to_string("/tmp/pg/peek.txt")?.lines() {
        let a = app.get(line).await?;
        println!("### {line} -> {} {:?}", a.status, a.headers);
        let t = a.text();
        println!("{}", t.chars().take(3500).collect::<String>());
    }
    Ok(())
}
