//! The page of the ways to sign in: what the file says, whether it works, and a directory compared by hand.

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Client, Database, Slapd, both_databases};

use super::{ROLES, agent, app_with, tried};

const PAGE: &str = "/admin/sign-in";

async fn admin(app: &TestApp) -> Client {
    let admin = app.visitor();
    admin.sign_in("root", PASSWORD).await;
    admin
}

both_databases! {
    async fn a_directory_is_looked_at_and_compared_on_the_page(database) {
        let slapd = Slapd::start().await;
        for login in ["dana", "ben"] {
            slapd.person(login, "a tide of words", &["helpdesk"], "");
        }
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"))).await;
        let (ben, inside) = tried(&app, "ben", "a tide of words").await;
        inside.assert(303);
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let admin = admin(&app).await;
        let page = admin.get(PAGE).await.assert(200).text();
        for word in ["1. ", "Directory (LDAP)", "helpdesk", "only by hand", "Passwords kept here"] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(!page.contains("Carry this out"), "{page}");
        assert!(admin.get(&format!("{PAGE}?outside=yes")).await.assert(200).text().contains("answers at"));
        let syncs = format!("{PAGE}/{}/syncs", app.desk().config.sign_in.directories().next().unwrap().id);
        let nothing = admin.submit(&syncs, &[("then", "look")]).await.assert(200).text();
        assert!(nothing.contains("There is nothing to do.") && !nothing.contains("Carry this out"), "{nothing}");
        ben.get(PAGE).await.assert(403);
        ben.get("/tickets").await.assert(200);
        ben.submit(&syncs, &[("then", "do")]).await.assert(403);
        slapd.remove("dana");
        let look = admin.submit(&syncs, &[("then", "look")]).await.assert(200).text();
        for word in ["Shut out", ">dana<", "gone from the directory", "Nothing was changed", "Carry this out"] {
            assert!(look.contains(word), "{word}: {look}");
        }
        assert_eq!(agent(&app, "dana").await.unwrap()["active"], true);
        let done = admin.submit(&syncs, &[("then", "do")]).await.assert(200).text();
        assert!(done.contains("This was done.") && !done.contains("Carry this out"), "{done}");
        assert_eq!(agent(&app, "dana").await.unwrap()["active"], false);
        let written = app.root.get("/api/v1/audit?kind=agent").await.items();
        let by_root = written.iter().find(|entry| entry["detail"] == "directory compared").expect("who did it");
        assert_eq!(by_root["agent"], json!("root"));
        // What is refused says why, and changes nothing: all who are left would go.
        slapd.remove("ben");
        let many = admin.submit(&syncs, &[("then", "do")]).await;
        assert!(many.assert(409).text().contains("role=\"alert\""), "{}", many.text());
        assert_eq!(agent(&app, "ben").await.unwrap()["active"], true);
        admin.submit(&format!("{PAGE}/nowhere/syncs"), &[("then", "look")]).await.assert(404);
    }
}

#[test]
fn without_a_file_the_page_says_what_to_do() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let admin = admin(&app).await;
        let page = admin.get(PAGE).await.assert(200).text();
        assert!(page.contains("SIGN_IN_FILE") && page.contains("Passwords kept here"), "{page}");
        assert!(!page.contains("syncs"), "{page}");
        let asked = admin.get(&format!("{PAGE}?outside=yes")).await.assert(200).text();
        assert!(asked.contains("nothing outside to ask"), "{asked}");
    });
}

#[test]
fn a_directory_that_is_away_is_said_with_its_reason() {
    tests::run(async {
        let slapd = Slapd::start().await;
        let method = slapd.method("none", &format!("sync_minutes = 0\n{ROLES}"));
        let app = app_with(Database::Sqlite, &method).await;
        let admin = admin(&app).await;
        admin.get(PAGE).await.assert(200);
        drop(slapd);
        let syncs = format!("{PAGE}/{}/syncs", app.desk().config.sign_in.directories().next().unwrap().id);
        let away = admin.submit(&syncs, &[("then", "look")]).await;
        assert_eq!(away.status, 502, "{}", away.text());
        assert!(away.text().contains("cannot be asked"), "{}", away.text());
    });
}
