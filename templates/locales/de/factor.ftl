# Der zweite Faktor, und das Passwort noch einmal.
factor-title = Zweiter Faktor
factor-intro = Mit einem Code aus einer App neben dem Passwort kommt niemand mit dem Passwort allein herein.
factor-sign-in-title = Ihr zweiter Faktor
factor-code = Code aus Ihrer App
factor-code-hint = Sechs Ziffern, oder einer Ihrer Wiederherstellungscodes.
factor-lost = Telefon und Wiederherstellungscodes verloren? Ein Administrator kann den zweiten Faktor wegnehmen.
factor-other = Mit einem anderen Namen anmelden
factor-needed = Ihre Rolle verlangt einen zweiten Faktor. Richten Sie ihn jetzt ein; es dauert eine Minute.
factor-needed-hint = Ihre Rolle verlangt einen zweiten Faktor, darum bleibt er.
factor-scan = Scannen Sie dies mit einer Authenticator-App, etwa Aegis, FreeOTP oder 1Password.
factor-qr = QR-Code für Ihre Authenticator-App
factor-type = Oder tippen Sie dies dort ein:
factor-first-code = Der Code, den die App zeigt
factor-confirm = Einschalten
factor-codes = Ihre Wiederherstellungscodes
factor-codes-once = Jeder gilt einmal anstelle der App. Sie werden nur jetzt gezeigt: Drucken Sie sie aus, oder legen Sie sie in einen Passwortmanager.
factor-codes-left = { $n ->
    [one] Ein Wiederherstellungscode ist übrig.
   *[other] { $n } Wiederherstellungscodes sind übrig.
  }
factor-codes-new = Neue Wiederherstellungscodes
factor-continue = Weiter
factor-is-on = Er ist eingeschaltet
factor-is-off = Er ist ausgeschaltet
factor-how = Sie brauchen eine Authenticator-App auf Telefon oder Rechner. Programme mit API-Token brauchen keinen Code.
factor-set-up = Einrichten
factor-end = Ausschalten
factor-link = Zweiter Faktor
factor-link-hint = Ein Code aus einer App, neben dem Passwort.
factor-reset = Wegnehmen
factor-reset-hint = Für jemanden, der Telefon und Wiederherstellungscodes verloren hat. Seine Sitzungen enden.
refused-code = Dieser Code stimmt nicht. Warten Sie auf den nächsten und geben Sie ihn ein.
refused-factor-on = Der zweite Faktor ist schon eingeschaltet.
refused-factor-off = Es gibt keinen zweiten Faktor.
refused-factor-needed = Ihre Rolle verlangt einen zweiten Faktor. Nur ein Administrator kann ihn zurücksetzen.
raise-title = Bitte Ihr Passwort
raise-intro = Als Nächstes geht es darum, wer was darf. Zehn Minuten lang werden Sie nicht wieder gefragt.
raise-kept = Was Sie ausgefüllt haben, bleibt erhalten.
raised-title = Danke
raised-text = Was Sie ausgefüllt haben, ist noch da. Senden Sie es jetzt.
raised-send = Senden
