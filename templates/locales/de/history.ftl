# Eine Zeile für alles, was mit einem Ticket geschehen kann. Wer es tat, steht nach „von“, damit „Ihnen“ und ein
# Name gleich gebeugt sind.
actor-you = Ihnen
actor-system = Turnstone
actor-mail = einer E-Mail
event-opened = Ticket eröffnet von { $who }
event-follow_up = Beitrag von { $who }
event-replied = Antwort von { $who }
event-noted = Notiz von { $who }
event-auto_responded = Der Kunde bekam eine Bestätigung
event-locked = Ticket gesperrt von { $who }
event-unlocked = Ticket freigegeben von { $who }
event-lock_timed_out = Die Sperre von { $old } ist abgelaufen
event-moved = Verschoben von { $who }: { $old } → { $new }
event-assigned = { $new } zum Besitzer gemacht von { $who }
event-unassigned = Besitzer entfernt von { $who }
event-state_changed = Status geändert von { $who }: { $old } → { $new }
event-priority_changed = Priorität geändert von { $who }: { $old } → { $new }
event-reminded = Die Erinnerung ist fällig
event-reply_withdrawn = Antwort zurückgenommen von { $who }
event-bounced = Eine E-Mail an den Kunden kam zurück
event-delivered = Das Relay hat die E-Mail angenommen
event-delivery_failed = Eine E-Mail an den Kunden konnte nicht zugestellt werden
event-linked = Verknüpft mit { $new } von { $who }
event-unlinked = Verknüpfung mit { $old } gelöst von { $who }
event-tagged = Schlagwort { $new } vergeben von { $who }
event-untagged = Schlagwort { $old } entfernt von { $who }
event-participant_accepted = { $new } ins Gespräch aufgenommen von { $who }
