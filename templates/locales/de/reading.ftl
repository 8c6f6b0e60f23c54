# Was an einer E-Mail hängt: E-Mails in E-Mails, Einladungen.
show-signature = Signatur anzeigen
show-repeated = Text aus einer früheren Nachricht zeigen
attached-read = Lesen<span class="vh"> { $name }</span>
attached-mail = Angehängte E-Mail
attached-calendar = Kalendereintrag
attached-text = Text
attached-text-cut = Hier steht nur der Anfang. Laden Sie die Datei herunter, um den Rest zu sehen.
attached-in = An dieser Nachricht
attached-from = Von
attached-to = An
attached-cc = Cc
attached-date = Datum
attached-empty = Diese E-Mail enthält keinen Text.
attached-download = Herunterladen
attached-invitation = Einladung
attached-appointment = Termin
attached-cancelled = Abgesagt
attached-accepted = Zugesagt
attached-declined = Abgelehnt
attached-tentative = Mit Vorbehalt zugesagt
attached-answer = Antwort
attached-counter = Anderer Termin vorgeschlagen
attached-when = Wann
attached-your-time = In Ihrer Zeitzone
attached-where = Wo
attached-organiser = Eingeladen von
attached-who = Eingeladen
attached-repeats = Wiederholung
attached-every-day = { $n ->
    [1] jeden Tag
   *[other] alle { $n } Tage
}
attached-every-week = { $n ->
    [1] jede Woche
   *[other] alle { $n } Wochen
}
attached-every-month = { $n ->
    [1] jeden Monat
   *[other] alle { $n } Monate
}
attached-every-year = { $n ->
    [1] jedes Jahr
   *[other] alle { $n } Jahre
}
attached-on-days = am { $days }
attached-last-day = letzten { $day }
attached-nth-day = { $number }. { $day }
attached-until = bis { $day }
attached-times = { $n ->
    [one] einmal
   *[other] { $n }-mal
}
attached-link = Link
attached-said-accepted = { $name } (zugesagt)
attached-said-declined = { $name } (abgelehnt)
attached-said-tentative = { $name } (vielleicht)
attached-span = { $start } bis { $end }
attached-due = fällig: { $end }
attached-day-time = { $date }, { $clock }
attached-in-zone = { $time } ({ $zone })
thread-gap = { $n ->
    [one] 1 frühere Nachricht
   *[other] { $n } frühere Nachrichten
  }
thread-gap-more = Die letzten 20 davon anzeigen
thread-gap-all = Alle anzeigen
