//! Calendars: made and changed on pages and by programs, and what counts by them.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

/// An iCalendar as other programs export it: folded, with a time zone, an alarm, a meeting and a week of whole days.
const EXPORTED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\n\
    DTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
    BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christ\r\n mas\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:New Year\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:4\r\nDTSTART;VALUE=DATE:20270601\r\nRRULE:FREQ=YEARLY;COUNT=2\r\nSUMMARY:Works outing\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\nSUMMARY:A meeting\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Late shift"),
        ("time_zone", "Europe/Berlin"),
        ("monday", "12:00-16, 16:30–22"),
        ("tuesday", "12-22"),
        ("wednesday", "12-22"),
        ("thursday", "12-22"),
        ("friday", ""),
        ("saturday", "10-14"),
        ("sunday", ""),
        ("holidays", "2026-11-10 Inventory\n12-24 Christmas Eve"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

async fn until(app: &TestApp, number: &str) -> String {
    app.ticket(number).await["lock"]["until"].as_str().unwrap_or_default().to_owned()
}

async fn queue_id(app: &TestApp, name: &str) -> String {
    let queues = app.root.get("/api/v1/queues").await.items();
    text(&queues.iter().find(|queue| queue["name"] == name).expect("the queue")["id"])
}

both_databases! {
    async fn locks_run_out_by_the_calendar_of_their_queue_and_are_counted_anew(database) {
        // A Monday.
        let app = TestApp::start_at(database, "2026-11-09T15:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        assert_eq!(until(&app, &number).await, "2026-11-10T15:00:00Z", "Monday to Friday, 9 to 17");
        let late = json!({ "name": "Late", "time_zone": "Europe/Berlin", "hours": { "monday": "12-22", "tuesday": "12-22",
            "wednesday": "12:00-22:00" }, "holidays": [{ "day": "2026-11-10", "name": "Inventory" }] });
        let made = app.root.post("/api/v1/calendars", late.clone()).await.assert(201).json();
        let path = format!("/api/v1/calendars/{}", text(&made["id"]));
        let queue = format!("/api/v1/queues/{}", queue_id(&app, "Support").await);

        // Another calendar: 16 to 22 o'clock in Berlin on Monday, nothing on the holiday, two hours on Wednesday.
        app.root.patch(&queue, json!({ "calendar": "Late" })).await.assert(200);
        assert_eq!(until(&app, &number).await, "2026-11-11T13:00:00Z");
        assert_eq!(app.root.get(&path).await.assert(200).json()["queues"], json!(["Support"]));
        // The calendar itself is another: no holiday any more.
        let mut without = late.clone();
        without["holidays"] = json!([]);
        app.root.put(&path, without).await.assert(200);
        assert_eq!(until(&app, &number).await, "2026-11-10T13:00:00Z");
        // What is out of use goes on for whom it counts, and is offered to nobody.
        app.root.put_nothing(&format!("{path}/retirement")).await.assert(204);
        app.root.patch(&queue, json!({ "note": "As before", "calendar": "Late" })).await.assert(200);
        app.queue("Billing", "billing@helpdesk.example").await;
        let other = format!("/api/v1/queues/{}", queue_id(&app, "Billing").await);
        let refused = app.root.patch(&other, json!({ "calendar": "Late" })).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "calendar", "{refused}");
        app.root.patch(&other, json!({ "calendar": "None such" })).await.assert(422);

        // Never, and then again: a lock that ran for ever counts from now on.
        app.root.patch(&queue, json!({ "unlock_minutes": 0 })).await.assert(200);
        assert_eq!(until(&app, &number).await, "");
        app.advance(SignedDuration::from_hours(1)).await;
        app.root.patch(&queue, json!({ "unlock_minutes": 60 })).await.assert(200);
        assert_eq!(until(&app, &number).await, "2026-11-09T17:00:00Z", "16:00 UTC is 17 o'clock in Berlin");
        app.root.patch(&queue, json!({ "calendar": null, "unlock_minutes": 120 })).await.assert(200);
        assert_eq!(until(&app, &number).await, "2026-11-10T10:00:00Z", "by the installation's own again");
        // The installation's own can be changed as well: then all that name none count by it.
        let own = app.root.get("/api/v1/calendars/1").await.assert(200).json();
        assert_eq!((&own["own"], &own["queues"]), (&json!(true), &json!(["Billing", "Support"])));
        let longer = json!({ "name": own["name"], "hours": { "monday": "0-24" } });
        app.root.put("/api/v1/calendars/1", longer).await.assert(200);
        assert_eq!(until(&app, &number).await, "2026-11-09T18:00:00Z");
        app.root.put_nothing("/api/v1/calendars/1/retirement").await.assert(409);
        // And it does run out, once.
        app.clock.advance(SignedDuration::from_mins(121));
        tests::wait_until("the unlock", std::time::Duration::from_secs(10), async || {
            (app.ticket(&number).await["lock"]["locked"] == json!(false)).then_some(())
        })
        .await;
        let written = app.root.get("/api/v1/audit?kind=calendar").await.items();
        assert!(written.len() >= 4, "{written:?}");
        assert_eq!(written.last().unwrap()["subject"], "Late");
    }

    async fn a_lock_that_fires_too_early_looks_once_more(database) {
        let app = TestApp::start_at(database, "2026-11-09T15:00:00Z").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.agent("dana", &["Agent"]).await.lock(&number).await;
        // As if somebody who had read other hours had set it.
        let early = "UPDATE deadlines SET due_at = since WHERE kind = 'unlock'";
        app.db().write(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(early), &mut **tx)?)).await.unwrap();
        app.clock.advance(SignedDuration::from_mins(1));
        tests::wait_until("the right moment", std::time::Duration::from_secs(10), async || {
            (until(&app, &number).await == "2026-11-10T15:00:00Z").then_some(())
        })
        .await;
        assert_eq!(app.ticket(&number).await["lock"]["locked"], true);
    }

    async fn a_calendar_is_made_tried_changed_and_retired_by_forms(database) {
        let app = TestApp::start_at(database, "2026-11-09T15:00:00Z").await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let list = visitor.get("/admin/calendars").await.assert(200).text();
        assert!(list.contains("Monday to Friday: 09:00–17:00") && list.contains("Counts for: Support"), "{list}");
        visitor.get("/admin/calendars/new").await.assert(200);
        let made = visitor.submit("/admin/calendars", &fields(&[])).await;
        assert_eq!(made.status.as_u16(), 303, "{}", made.text());
        let page = made.location().split('?').next().unwrap().to_owned();
        let id = page.rsplit('/').next().unwrap().to_owned();
        let read = async || app.root.get(&format!("/api/v1/calendars/{id}")).await.assert(200).json();
        let expected = json!({
            "id": id, "name": "Late shift", "time_zone": "Europe/Berlin", "own": false, "retired": false, "queues": [],
            "hours": { "monday": "12:00-16:00, 16:30-22:00", "tuesday": "12:00-22:00", "wednesday": "12:00-22:00",
                "thursday": "12:00-22:00", "friday": "", "saturday": "10:00-14:00", "sunday": "" },
            "holidays": [{ "day": "12-24", "name": "Christmas Eve" }, { "day": "2026-11-10", "name": "Inventory" }],
        });
        assert_eq!(read().await, expected);

        // Each mistake is named at its field, keeps what was typed, and has the focus.
        for (field, value) in [
            ("name", ""), ("name", "Monday to Friday"), ("time_zone", "Europe/Nowhere"), ("monday", "9-12, 11-17"),
            ("tuesday", "17-9"), ("wednesday", "nine to five"), ("sunday", "8-25"), ("holidays", "Christmas"),
            ("holidays", "2026-02-30 Never"),
            // What cannot be taken over as it is meant is not taken over in silence.
            ("holidays", "12-24 Eve\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n2026-12-31 Lost"),
            ("holidays", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\nSUMMARY:Thanks\nEND:VEVENT\nEND:VCALENDAR"),
        ] {
            let refused = visitor.submit(&page, &fields(&[(field, value)])).await;
            let html = refused.assert(422).text();
            assert!(html.contains("aria-invalid=\"true\" autofocus"), "{field}: {html}");
            assert!(field == "holidays" || html.contains("12-24 Christmas Eve"), "{field}: {html}");
            assert!(html.contains(value), "{field} {value}: {html}");
        }
        let idle: Vec<(&str, &str)> = ["monday", "tuesday", "wednesday", "thursday", "saturday"].map(|day| (day, "")).to_vec();
        visitor.submit(&page, &fields(&idle)).await.assert(422);
        visitor.submit(&page, &fields(&[("own", "yes")])).await.assert(400);
        assert_eq!(read().await, expected, "nothing was changed by what was refused");

        // What another program exported is taken over between one's own lines.
        let pasted = format!("2026-11-10 Inventory\n{EXPORTED}2026-12-31 Cleaning");
        let changed = visitor.submit(&page, &fields(&[("holidays", pasted.as_str())])).await;
        assert_eq!(changed.status.as_u16(), 303, "{}", changed.text());
        let days: Vec<Value> = read().await["holidays"].as_array().unwrap().clone();
        let days: Vec<String> = days.iter().map(|day| format!("{} {}", text(&day["day"]), text(&day["name"]))).collect();
        assert_eq!(days, ["01-01 New Year", "2026-11-10 Inventory", "2026-12-25 Christmas", "2026-12-26 Christmas", "2026-12-31 Cleaning",
            "2027-06-01 Works outing", "2028-06-01 Works outing"]);

        // Eight hours from Monday, 16 o'clock in Berlin: half an hour's rest, a holiday, and what is left on Wednesday.
        let tried = visitor.get(&format!("{page}?hours=8&from=2026-11-09T16:00")).await.assert(200).text();
        assert!(tried.contains("Wednesday 11 November, 14:30"), "{tried}");
        let end = app.root.get(&format!("/api/v1/calendars/{id}/end?from=2026-11-09T15:00:00Z&minutes=480")).await.assert(200).json();
        assert_eq!(end["ends_at"], "2026-11-11T13:30:00Z", "{end}");
        for wrong in ["?minutes=0", "?minutes=x", "?from=tomorrow", "?until=now"] {
            app.root.get(&format!("/api/v1/calendars/{id}/end{wrong}")).await.assert(422);
        }
        visitor.get(&format!("{page}?hours=many")).await.assert(200);

        visitor.submit(&format!("{page}/retirement"), &[]).await.assert(303);
        assert_eq!(read().await["retired"], true);
        let queue = visitor.get(&format!("/admin/queues/{}", queue_id(&app, "Support").await)).await.assert(200).text();
        assert!(queue.contains("Monday to Friday") && !queue.contains("Late shift"), "{queue}");
        visitor.submit(&format!("{page}/retirement/end"), &[]).await.assert(303);
        visitor.submit("/admin/calendars/1/retirement", &[]).await.assert(409);
        visitor.get("/admin/calendars/99").await.assert(404);
        // Who does not manage queues and mail gets nowhere.
        app.agent("dana", &["Agent"]).await;
        let other = app.visitor();
        other.sign_in("dana", PASSWORD).await;
        other.get("/admin/calendars").await.assert(403);
        other.submit(&page, &fields(&[])).await.assert(403);
    }
}
