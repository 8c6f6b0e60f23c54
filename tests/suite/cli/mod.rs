//! The commands, as a shell sees them: what they print, what they answer, what they refuse.

mod backup;
mod doctor;
mod mailbox;

use std::process::Output;

use tests::{Database, Settings, mail};

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An installation with its admin and its queue.
fn installation() -> Settings {
    let settings = Settings::new(Database::Sqlite);
    settings.set_up();
    settings
}

const PASSWORD: &[u8] = b"correct horse battery staple\n";

#[test]
fn help_needs_no_settings_and_shows_every_command() {
    let settings = Settings::new(Database::Sqlite).with("LOG", "nonsense");
    let help = out(&settings.run(&["--help"], b""));
    for command in
        ["demo", "serve", "setup", "agent", "role", "queue", "token", "deliver", "doctor", "config", "routes"]
    {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(command)),
            "{command} is missing: {help}"
        );
    }
    assert!(!settings.data_directory().exists());
}

#[test]
fn a_token_is_all_that_is_printed() {
    let settings = installation();
    let output = settings.run(&["token", "create", "--agent", "root", "--name", "script"], b"");
    assert!(output.status.success());
    assert_eq!(out(&output).lines().count(), 1, "{}", out(&output));
    assert_eq!(out(&output).split_whitespace().count(), 1);
    let nobody = settings.run(&["token", "create", "--agent", "nobody", "--name", "script"], b"");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(out(&nobody).is_empty() && err(&nobody).contains("nobody"), "{}", err(&nobody));
}

#[test]
fn set_up_happens_once() {
    let settings = installation();
    let again = ["setup", "--admin", "eve", "--email", "eve@helpdesk.example", "--password-stdin"];
    let output = settings.run(&again, PASSWORD);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("agent add"), "{}", err(&output));
}

#[test]
fn wrong_input_is_named_by_its_option() {
    let settings = installation();
    let add = [
        "agent",
        "add",
        "--login",
        "ben",
        "--name",
        "Ben",
        "--role",
        "Nothing",
        "--password-stdin",
        "--email",
        "ben",
    ];
    let said = err(&settings.run(&add, PASSWORD));
    assert!(said.contains("--role") && said.contains("--email"), "{said}");
    let said = err(&settings.run(&add, b"short\n"));
    assert!(said.contains("standard input") && said.contains("12"), "{said}");
    let role = settings.run(&["role", "add", "--name", "R", "--grant", "Support:raed"], b"");
    assert_eq!(role.status.code(), Some(2));
    assert!(err(&role).contains("Did you mean read?"), "{}", err(&role));
}

#[test]
fn the_last_admin_cannot_be_shut_out() {
    let settings = installation();
    let output = settings.run(&["agent", "disable", "--login", "root"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("last"), "{}", err(&output));
}

#[test]
fn deliver_speaks_the_exit_codes_of_mail_programs() {
    let settings = installation();
    let letter = mail("anna@customer.example").bytes();
    let code = |arguments: &[&str], input: &[u8]| settings.run(arguments, input).status.code();
    assert_eq!(code(&["deliver", "--recipient", "support@helpdesk.example"], &letter), Some(0));
    assert_eq!(code(&["deliver", "--queue", "Support"], &letter), Some(0));
    assert_eq!(code(&["deliver", "--recipient", "nobody@helpdesk.example"], &letter), Some(67));
    assert_eq!(code(&["deliver", "--queue", "Nowhere"], &letter), Some(67));
    assert_eq!(code(&["deliver"], b""), Some(65));
    assert_eq!(code(&["deliver", "--recipients"], &letter), Some(64));
    let broken = settings.clone().with("LOG", "nonsense");
    assert_eq!(
        broken.run(&["deliver"], &letter).status.code(),
        Some(75),
        "a wrong setting sends no mail back"
    );
}

#[test]
fn deliver_sends_no_mail_back_for_a_database_that_is_not_the_one_that_was_meant() {
    let settings = Settings::new(Database::Sqlite);
    let letter = mail("anna@customer.example").bytes();
    let to = ["deliver", "--recipient", "support@helpdesk.example"];
    let file = settings.data_directory().join("turnstone.db");
    for arguments in [&to[..], &["deliver"]] {
        let output = settings.run(arguments, &letter);
        assert_eq!(output.status.code(), Some(75), "{}", err(&output));
        assert!(err(&output).contains("there is no database at") && err(&output).contains("--config"));
        assert!(!file.exists(), "nor is one made");
    }
    // One that nobody has set up is not it either.
    tests::run(async { drop(tests::Binary::serve(&settings).await) });
    assert!(file.exists());
    for arguments in [&to[..], &["deliver"]] {
        let output = settings.run(arguments, &letter);
        assert_eq!(output.status.code(), Some(75), "{}", err(&output));
        assert!(err(&output).contains("set Turnstone up first"), "{}", err(&output));
    }
}

#[test]
fn deliver_turns_a_mail_into_a_ticket_without_a_server() {
    let settings = installation();
    let letter = mail("anna@customer.example").subject("From the pipe").bytes();
    let boxed = [b"From anna@customer.example Mon Nov  2 10:00:00 2026\n".as_slice(), &letter].concat();
    assert!(settings.run(&["deliver"], &boxed).status.success());
    let doctor = settings.run(&["doctor", "--json"], b"");
    let findings: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let mail_in = findings.as_array().unwrap().iter().find(|finding| finding["about"] == "mail in").unwrap();
    assert_eq!(mail_in["weight"], "good", "{findings}");
}

#[test]
fn doctor_finds_an_empty_installation_and_says_what_to_do() {
    let settings = Settings::new(Database::Sqlite);
    let output = settings.run(&["doctor"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out(&output).contains("there is no agent") && out(&output).contains("turnstone setup"),
        "{}",
        out(&output)
    );
    let unready = settings.run(&["doctor", "--ready"], b"");
    assert_eq!(unready.status.code(), Some(1));
}

#[test]
fn routes_are_printed_for_programs() {
    let settings = Settings::new(Database::Sqlite);
    let routes: serde_json::Value =
        serde_json::from_slice(&settings.run(&["routes", "--json"], b"").stdout).unwrap();
    let routes = routes.as_array().unwrap();
    for (method, path) in [("POST", "/login"), ("GET", "/readyz"), ("GET", "/api/v1/tickets/{number}")] {
        assert!(
            routes.iter().any(|route| route["method"] == method && route["path"] == path),
            "{method} {path}"
        );
    }
    let public = routes.iter().filter(|route| route["needs"] == "public").count();
    assert!(public <= 28, "{public} routes for strangers: each has to be meant");
}
