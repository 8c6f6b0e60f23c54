//! Who writes and who answers in the demo. All addresses lie below `.example`, where no mail can go.

/// An agent of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    /// The roles he has, by name.
    pub(super) role: &'static str,
    /// What he may do, for the person who tries the demo.
    pub(super) about: &'static str,
}

/// The four who answer.
pub(super) const AGENTS: [Player; 4] = [
    Player {
        login: "anna",
        name: "Anna Lindqvist",
        role: "Admin",
        about: "admin: everything, in all queues",
    },
    Player { login: "ben", name: "Ben Okafor", role: "Agent", about: "agent: all queues, no administration" },
    Player {
        login: "chloe",
        name: "Chloé Martin",
        role: "Front desk",
        about: "answers Support, reads and moves the rest",
    },
    Player {
        login: "tomasz",
        name: "Tomasz Nowak",
        role: "Hosting crew",
        about: "answers Hosting and sees nothing else",
    },
];

/// A queue of the demo and who answers in it, the most busy one first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Desk {
    pub(super) queue: &'static str,
    pub(super) address: &'static str,
    pub(super) agents: &'static [&'static str],
}

/// The three queues.
pub(super) const DESKS: [Desk; 3] = [
    Desk { queue: "Support", address: "support@certs.example", agents: &["chloe", "ben", "anna"] },
    Desk { queue: "Assurance", address: "assurance@certs.example", agents: &["anna", "ben"] },
    Desk { queue: "Hosting", address: "hosting@certs.example", agents: &["tomasz", "ben"] },
];

/// Somebody who writes to the helpdesk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    pub(super) name: &'static str,
    pub(super) login: &'static str,
    pub(super) domain: &'static str,
    pub(super) organisation: &'static str,
    pub(super) city: &'static str,
}

impl Customer {
    pub(super) fn first_name(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    pub(super) fn address(&self) -> String {
        format!("{}@{}", self.login, self.domain)
    }
}

const fn customer(
    name: &'static str,
    login: &'static str,
    domain: &'static str,
    organisation: &'static str,
    city: &'static str,
) -> Customer {
    Customer { name, login, domain, organisation, city }
}

/// Those who write.
pub(super) const CUSTOMERS: &[Customer] = &[
    customer("Mireille Dubois", "mireille", "chorale-lac.example", "Chorale du Lac", "Annecy"),
    customer("Jürgen Krämer", "j.kraemer", "musikverein.example", "Musikverein Oberdorf", "Graz"),
    customer("Sofia Almeida", "sofia", "almeida.example", "Casa do Bairro", "Porto"),
    customer("Ewan MacLeod", "ewan", "harbourradio.example", "Harbour Radio", "Oban"),
    customer("Katarzyna Zielińska", "kasia", "teatrmaly.example", "Teatr Mały", "Lublin"),
    customer("Rui Tanaka", "rui", "tanaka-lab.example", "Open Sensor Lab", "Lisbon"),
    customer("Hannah Vogel", "hannah.vogel", "reparaturcafe.example", "Reparaturcafé Nord", "Hamburg"),
    customer("Óscar Peña", "oscar", "montaneros.example", "Club de Montaña", "Huesca"),
    customer("Ingrid Solheim", "ingrid", "fjordseil.example", "Fjord Sailing Club", "Bergen"),
    customer("Pavel Dvořák", "pavel", "skautbrno.example", "Scouts of Brno", "Brno"),
    customer("Aoife Brennan", "aoife", "brennan.example", "Lough Film Society", "Galway"),
    customer("Lars Thomsen", "lt", "havnelab.example", "Havnelab", "Aarhus"),
    customer("Fatima El Amrani", "fatima", "jardinspartages.example", "Jardins partagés", "Lyon"),
    customer("Giulia Ferraro", "giulia", "radioponte.example", "Radio Ponte", "Torino"),
    customer("Nils Åkesson", "nils", "bokbussen.example", "Bokbussen", "Malmö"),
    customer("Charlotte Meyer", "c.meyer", "tsv-waldheim.example", "TSV Waldheim", "Kassel"),
    customer("Dragan Petrović", "dragan", "hackerspace-ns.example", "Hackerspace Novi Sad", "Novi Sad"),
    customer("Eilidh Fraser", "eilidh", "fraserfolk.example", "Fraser Folk Festival", "Inverness"),
    customer("Bart de Vries", "bart", "wijkkrant.example", "De Wijkkrant", "Utrecht"),
    customer("Marta Kovács", "marta", "erdokert.example", "Erdőkert Kindergarten", "Pécs"),
    customer("Samuel Osei", "samuel", "oseistudio.example", "Osei Studio", "London"),
    customer("Léa Fontaine", "lea", "etudiants-reseau.example", "Étudiants en réseau", "Grenoble"),
    customer("Matteo Ricci", "matteo", "ricci.example", "Banda Cittadina", "Parma"),
    customer("Helena Novotná", "helena", "vcelari.example", "Beekeepers' Union", "Olomouc"),
    customer("Tobias Lang", "tobi", "freifunk-see.example", "Freifunk am See", "Konstanz"),
    customer("Yasmin Haddad", "yasmin", "sprachcafe.example", "Sprachcafé", "Wien"),
    customer("Anders Holm", "anders", "holm.example", "Ridge Runners", "Uppsala"),
    customer("Claire Vasseur", "claire", "planning-quartier.example", "Maison de quartier", "Lille"),
    customer("Miguel Santos", "miguel", "velolivre.example", "Velo Livre", "Braga"),
    customer("Petra Huber", "petra", "bergrettung-tal.example", "Mountain Rescue", "Innsbruck"),
    customer("Oliver Whitcombe", "oliver", "whitcombe.example", "Parish Archive", "Bath"),
    customer("Zofia Wiśniewska", "zofia", "wisniewska.example", "Chess Club Wieża", "Gdańsk"),
    customer("Jonas Bauer", "jonas", "ludothek.example", "Ludothek Mitte", "Bern"),
    customer("Emma Lefèvre", "emma", "cineclub-ouest.example", "Ciné-club de l'Ouest", "Rennes"),
    customer("Tuomas Niemi", "tuomas", "saunaseura.example", "Sauna Society", "Tampere"),
    customer("Irene Papadaki", "irene", "seedbank.example", "Island Seed Bank", "Chania"),
    customer("Felix Brandt", "felix", "feuerwehr-linden.example", "Fire Brigade Linden", "Hannover"),
    customer("Noor Jansen", "noor", "stadstuin.example", "Stadstuin", "Gent"),
    customer("Ruth Abernathy", "ruth", "quiltguild.example", "Quilt Guild", "Leeds"),
    customer("Viktor Horváth", "viktor", "horvath.example", "Danube Rowing", "Győr"),
];
