//! An authority changes its key: for a while there are two of its name, each with a list of its own.

use tests::authority::write;
use tests::{Authority, both_databases};

use super::agent;
use super::certificate::{House, TRUSTED};

/// A house that believes both, in this order in its files.
async fn both(house: &House, first: &Authority, second: &Authority, lists: [&str; 2]) {
    write(house.home.path(), "ca.pem", &format!("{}{}", first.pem(), second.pem()));
    house.revokes(&lists.concat());
}

both_databases! {
    async fn old_and_new_certificates_are_good_and_the_same_person(database) {
        let house = House::new(database, TRUSTED).await;
        let (old, new) = (&house.ca, Authority::new("People"));
        let at = "dana@helpdesk.example";
        let (before, after) = (old.person("Dana King", at), new.person("Dana King", at));
        house.comes_in(&before).await;
        house.stays_out(Some(&after), "untrusted", "does not count here").await;
        for turn in 0..2 {
            let lists = [&*old.list(&[]), &new.list(&[])];
            match turn {
                0 => both(&house, old, &new, lists).await,
                _ => both(&house, &new, old, [lists[1], lists[0]]).await,
            }
            house.comes_in(&after).await;
            house.comes_in(&before).await;
            house.comes_in(&new.person("Emil", "emil@helpdesk.example")).await;
        }
        assert_eq!(house.app.root.get("/api/v1/agents").await.items().len(), 3, "root, Dana and Emil");
        assert!(agent(&house.app, at).await.is_some());
        // Each list counts for its own, whichever comes first.
        both(&house, old, &new, [&old.list(&[]), &new.list(&[&after])]).await;
        house.stays_out(Some(&after), "revoked", "has been revoked").await;
        house.comes_in(&before).await;
        both(&house, old, &new, [&old.list(&[&before]), &new.list(&[])]).await;
        house.stays_out(Some(&before), "revoked", "has been revoked").await;
        house.comes_in(&after).await;
        // Without the list of one of them nobody can say of hers.
        both(&house, old, &new, ["", &new.list(&[])]).await;
        house.stays_out(Some(&before), "list", "nobody can say").await;
        house.comes_in(&after).await;
        // A third one of that name is nobody's authority.
        let third = Authority::new("People");
        house.stays_out(Some(&third.person("Dana King", at)), "untrusted", "does not count here").await;
        // In the end the new one is there alone, and she is who she was.
        write(house.home.path(), "ca.pem", &new.pem());
        house.revokes(&new.list(&[]));
        house.comes_in(&after).await;
        house.stays_out(Some(&before), "untrusted", "does not count here").await;
        assert_eq!(house.app.root.get("/api/v1/agents").await.items().len(), 3);
    }

    async fn one_who_only_sends_a_namesake_along_is_somebody_else(database) {
        let house = House::new(database, TRUSTED).await;
        let guests = Authority::new("Guests");
        let impostor = guests.below("People");
        write(house.home.path(), "ca.pem", &format!("{}{}", house.ca.pem(), guests.pem()));
        house.comes_in(&house.ca.person("Dana", "dana@helpdesk.example")).await;
        house.revokes(&format!("{}{}{}", house.ca.list(&[]), guests.list(&[]), impostor.list(&[])));
        let mut forged = impostor.person("Dana", "dana@helpdesk.example");
        forged.certificate.push_str(&impostor.pem());
        let (visitor, answer) = house.shows(Some(&forged)).await;
        assert!(answer.location().contains("refused="), "{}", answer.location());
        visitor.get("/search").await.assert(303);
    }
}
