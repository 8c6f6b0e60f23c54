# Was ein Agent sonst wählt: Tasten, erste Seite, Vertretung, Nachrichten aus Queues.
keys-down = Nächste Zeile
keys-up = Vorige Zeile
keys-go = Zu einer Seite gehen
keys-change = Tasten umlegen
keys-intro = Jede Handlung hat eine Taste. Ein leeres Feld schaltet sie ab. Strg K, Strg Enter und Esc bleiben, wo sie sind.
keys-saved = Ihre Tasten sind gespeichert.
keys-usual = üblich:
keys-all-usual = Alle wie üblich
keys-save = Tasten speichern
refused-key = Ein Zeichen, weder Leerzeichen noch „=“.
refused-key-twice = „{ $key }“ tut schon etwas anderes.

prefs-start = Nach dem Anmelden öffnen
prefs-stand-in = Vertretung während Ihrer Abwesenheit
prefs-stand-in-nobody = Niemand
prefs-stand-in-hint = Erfährt statt Ihrer von Ihren Tickets, soweit sie gelesen werden dürfen. Ist auch die Vertretung abwesend, springt deren Vertretung ein.
refused-stand-in-circle = Das führt im Kreis: Die gewählte Person ist abwesend, und ihre Vertretung führt zu Ihnen zurück. Wählen Sie jemand anderen.
refused-stand-in = Diese Person kann sich nicht mehr anmelden. Wählen Sie jemand anderen.

queue-news = Nachrichten aus Queues
queue-news-hint = Für Queues, in denen Sie antworten. Von eigenen und beobachteten Tickets erfahren Sie in jedem Fall.
queue-news-new_ticket = Neue Tickets
queue-news-move = Tickets, die hierher verschoben werden
queue-news-follow_up = Antworten auf Tickets ohne Besitzer
queue-news-save = Nachrichten aus Queues speichern

away-until = Abwesend bis: { $date }
away-with-stand-in = Abwesend bis: { $date }. Vertretung: { $name }.
owner-away = { $name } ({ $away })
mail-stands-in = Sie erfahren davon, weil Sie { $name } vertreten.

files-all = Alle als ZIP
files-all-ticket = Alle Anhänge als ZIP
refused-archive = Das sind zu viele Dateien für ein Archiv (2.000 Dateien, 2 GB). Speichern Sie sie Nachricht für Nachricht.

take-title = Zu welchem Ticket gehört diese Nachricht?
take-intro = Die Nachricht kommt mit ihren Dateien dorthin. Sie können sie zurückholen.
take-search = Das Ticket suchen

# Wovon man hört, und auf welchen Wegen
ways-title = Wovon Sie hören
ways-intro = Für jedes Ereignis: wann eine E-Mail davon berichtet, und ob die Glocke im Browser es tut.
ways-event = Wenn
ways-mail = Per E-Mail
ways-browser = Im Browser
ways-hint = Gesammeltes kommt zu jeder Viertelstunde, zu jeder vollen Stunde oder morgens um 8 in einer E-Mail; keine, wenn nichts geschah. Einzelne Queues schalten Sie in den Einstellungen ab.
ways-save = Auswahl speichern
ways-saved = Die Auswahl ist gespeichert.
pace-now = Sofort
pace-quarter = Alle 15 Minuten
pace-hour = Jede Stunde
pace-day = Einmal am Tag
pace-off = Keine E-Mail
system-title = Meldungen Ihres Systems
system-hint = Solange kein Fenster von Turnstone vor Ihnen liegt, kann Ihr Browser als Meldung Ihres Systems zeigen, was die Glocke sagt. Erlauben können nur Sie das, und nur für diesen Browser.
system-allow = Meldungen erlauben
system-end = Keine Meldungen zeigen
system-on = Meldungen werden gezeigt.
system-off = Es werden keine Meldungen gezeigt.
system-refused = Ihr Browser lehnt sie ab: Erlauben Sie in seinen Einstellungen Meldungen für diese Adresse und laden Sie diese Seite neu.

# Was man erfuhr
notices = Meldungen
notices-intro = Was Sie in den letzten 30 Tagen erfuhren, das Neueste zuerst.
notices-choose = Auswählen, wovon Sie hören
notices-read-all = Alle als gelesen markieren
notices-new = Neu:
notices-unread-unit = ungelesen
notices-empty = Noch nichts
notices-empty-hint = Neue Tickets in Ihren Queues, Antworten auf Ihre Tickets und was Kollegen von Ihnen möchten, erscheinen hier, sobald es geschieht.
