# Die Adressen einer Queue von außen
queue-check-addresses = Adressen prüfen
queue-addresses-of = Adressen von { $name }
queue-addresses-intro = Ob E-Mails an sie diesen Helpdesk erreichen und ob andere Server E-Mails von ihnen glauben. Soeben gefragt.
queue-addresses-again = Noch einmal fragen
reach-title = E-Mails an diese Adressen
reach-mailbox = Das Postfach { $name } wird abgeholt.
reach-mailbox-fails = Das Postfach { $name } ruht oder ist gestört. Sehen Sie auf seiner Seite nach.
reach-listener = Ein Mailserver kann sie per SMTP oder LMTP übergeben. Ob einer es tut, zeigt eine E-Mail von außen: Sie steht dann im Eingangsprotokoll.
reach-nothing = Nichts nimmt E-Mails dafür an: Es gibt kein Postfach mit dieser Adresse und keinen Empfänger.
reach-empty = Diese Queue hat keine Adresse
reach-empty-hint = Geben Sie ihr in den Einstellungen eine: Dann sehen Sie hier, ob E-Mails dorthin ankommen.
weight-unknown = Nicht zu sehen
dns-title = Was das DNS über { $domain } sagt
dns-found = Gefunden unter { $name }:
dns-add = Fügen Sie der Zone der Domain diese Zeile hinzu:
dns-off = Niemand wurde gefragt: DNS_RESOLVER ist aus.
dns-silent = Die Nameserver haben nicht geantwortet: { $error }. Fragen Sie noch einmal.
dns-mx = Diese Server nehmen E-Mails für die Domain an. Sie müssen sie an diesen Helpdesk weitergeben oder in einem Postfach halten, das abgeholt wird.
dns-mx-none = Kein Server ist genannt, der E-Mails für die Domain annimmt; andere Server versuchen es dann bei der Adresse der Domain selbst. Besser ist ein MX-Eintrag mit Ihrem Mailserver.
dns-mx-null = Die Domain sagt, dass sie gar keine E-Mails annimmt (ein einziger MX „.“). Ersetzen Sie ihn durch einen mit Ihrem Mailserver.
dns-spf = Die Domain sagt, welche Server für sie senden dürfen. Ihr Relay muss darunter sein.
dns-spf-none = Die Domain sagt nicht, wer für sie senden darf; andere Server halten Ihre E-Mails daher vielleicht für gefälscht. Nennen Sie in der Zeile auch, was sonst für sie sendet.
dns-spf-several = Es gibt mehr als einen SPF-Eintrag, und dann zählt keiner. Machen Sie einen daraus.
dns-spf-everybody = Jeder darf für die Domain senden. Beenden Sie den Eintrag stattdessen mit ~all oder -all.
dns-spf-open = Der Eintrag sagt nichts über Server, die er nicht nennt. Beenden Sie ihn mit ~all oder -all.
dns-dkim = Unsere Signaturen lassen sich prüfen: Der veröffentlichte Schlüssel ist unserer.
dns-dkim-none = Wir signieren, aber unser Schlüssel ist nicht veröffentlicht: Jede Signatur schlägt fehl.
dns-dkim-other = Unter unserem Namen ist ein anderer Schlüssel veröffentlicht: Jede Signatur schlägt fehl. Ersetzen Sie ihn durch diese Zeile.
dns-dkim-not-ours = Dieser Helpdesk signiert nicht (DKIM_KEY ist nicht gesetzt). Vielleicht tut es Ihr Relay: Fragen Sie seinen Betreiber, unter welchem Namen.
dns-dmarc = Die Domain bittet andere Server, E-Mails auszusondern oder abzulehnen, die nicht von ihr sind.
dns-dmarc-reports = Die Domain schaut nur zu (p=none): Andere berichten und lehnen nichts ab. Gehen Sie zu p=quarantine über, sobald die Berichte zeigen, dass SPF oder DKIM bestehen.
dns-dmarc-none = Die Domain sagt nicht, was mit E-Mails geschehen soll, die nicht von ihr sind. Große Anbieter wollen mindestens diese Zeile; an die Adresse gehen Berichte.
dns-dmarc-several = Es gibt mehr als einen DMARC-Eintrag, und dann zählt keiner. Machen Sie einen daraus.
dns-dmarc-unreadable = Der Eintrag hat keine Vorgabe, die andere verstehen. Er braucht p=none, p=quarantine oder p=reject.
dns-slow = Die Nameserver haben zwei Sekunden lang nicht geantwortet. Fragen Sie noch einmal.
dns-spf-nobody = Die Domain sagt, dass niemand für sie sendet; andere Server lehnen Ihre E-Mails daher ab. Nennen Sie Ihre Server vor -all.
