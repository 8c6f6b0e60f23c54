# Mail on its way out: the relay, forwards, redirects, sending again.
notice-relay-away = Answers wait in the outbox: the relay has not been reached since { $since }. They leave by themselves when it is back.
relay-away = The mail relay { $relay } has not been reached since { $since }
relay-away-remedy = Outgoing mail waits and leaves by itself when the relay is back. What has waited for five days is given up and marked on its ticket.
delivery-partly = Not everybody got it
delivery-partly-why = The relay took this mail, but not for everybody. Check the addresses, then send again to those.
