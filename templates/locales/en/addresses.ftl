# The addresses of a queue from outside
queue-check-addresses = Check addresses
queue-addresses-of = Addresses of { $name }
queue-addresses-intro = Whether mail to them reaches this helpdesk, and whether other servers believe mail from them. Asked just now.
queue-addresses-again = Ask again
reach-title = Mail to these addresses
reach-mailbox = The mailbox { $name } is fetched from.
reach-mailbox-fails = The mailbox { $name } rests or fails. Look at its page.
reach-listener = A mail server may hand it in by SMTP or LMTP. Whether one does, a mail from outside shows: it then stands in the inbound log.
reach-nothing = Nothing takes mail for it: there is no mailbox with this address, and no listener.
reach-empty = This queue has no address
reach-empty-hint = Give it one in its settings: then you see here whether mail to it arrives.
weight-unknown = Cannot be seen
dns-title = What the DNS says of { $domain }
dns-found = Found at { $name }:
dns-add = Add this line to the domain’s zone:
dns-off = Nobody was asked: DNS_RESOLVER is off.
dns-silent = The name servers did not tell: { $error }. Ask again.
dns-mx = These servers take mail for the domain. They must hand it on to this helpdesk, or keep it in a mailbox that is fetched from.
dns-mx-none = No server is named that takes mail for the domain; other servers then try the domain’s own address. Better add an MX record that names your mail server.
dns-mx-null = The domain says that it takes no mail at all (a single MX of “.”). Replace it by one that names your mail server.
dns-spf = The domain says which servers may send for it. Your relay must be among them.
dns-spf-none = The domain does not say who may send for it, so that other servers may take your mail for forged. Name what else sends for it in this line as well.
dns-spf-several = There is more than one SPF record, and then none counts. Make one of them.
dns-spf-everybody = Everybody may send for the domain. End the record with ~all or -all instead.
dns-spf-open = The record says nothing of servers that it does not name. End it with ~all or -all.
dns-dkim = Our signatures can be checked: the published key is ours.
dns-dkim-none = We sign, but our key is not published, so every signature fails.
dns-dkim-other = Another key is published under our name, so every signature fails. Replace it by this line.
dns-dkim-not-ours = This helpdesk does not sign (DKIM_KEY is not set). Your relay may do it: ask its keeper under which name.
dns-dmarc = The domain asks other servers to put aside or refuse mail that is not from it.
dns-dmarc-reports = The domain watches only (p=none): others report, and refuse nothing. Go on to p=quarantine once the reports show that SPF or DKIM pass.
dns-dmarc-none = The domain does not say what to do with mail that is not from it. Large providers want at least this line; the address receives reports.
dns-dmarc-several = There is more than one DMARC record, and then none counts. Make one of them.
dns-dmarc-unreadable = The record has no policy that others understand. It needs p=none, p=quarantine or p=reject.
dns-slow = The name servers did not tell within two seconds. Ask again.
dns-spf-nobody = The domain says that nobody sends for it, so that other servers refuse your mail. Name your servers before -all.
