# Customers and organisations: their pages, what is refused; looking through another agent’s eyes.
customers-title = Customers
customers-intro = People who write to you. Whoever writes for the first time is added by himself.
customers-find = Find a customer
customers-find-hint = Name or address
customers-none = Nobody is found
customers-none-hint = Type less, or look for a part of the address.
customers-empty = No customers yet
customers-empty-hint = Whoever writes to one of your addresses appears here. You can also add somebody to write to first.
customer-add = Add customer
customer-add-hint = Somebody to whom you write first. Whoever writes to you is added by himself.
customer-added = The customer is added.
customer-saved = Saved.
customer-name = Name
customer-name-hint = Left empty: the main address.
customer-organisation = Organisation
customer-no-organisation = None
customer-since = Known since
customer-known-since = known since
customer-more-addresses = { $n ->
    [one] and one more
   *[other] and { $n } more
  }
customer-language = Language
customer-language-his = The one of the customer’s mails
customer-language-hint = Automatic answers are in it.
customer-note = Note
customer-note-hint = Every agent who may read one of this customer’s tickets sees it.
customer-tickets = Tickets
customer-changed = Changed
customer-no-tickets = No tickets to show
customer-no-tickets-hint = Only tickets that you may read stand here.
customer-addresses = Addresses
customer-main = Main address
customer-make-main = Make main
customer-make-main-of = Make { $address } the main address
customer-main-changed = The main address is changed.
customer-address-more = Another address
customer-address-hint = Whoever writes from it is this customer.
customer-address-add = Add address
customer-address-added = The address is added.
customer-address-remove = Remove
customer-address-remove-of = Remove { $address }
customer-address-gone = The address is removed. The tickets stay.
customer-address-take = Take it all the same
customer-address-take-hint = The tickets of this address come along. A customer of whom nothing is left becomes this one.
customer-merge-title = The same person
customer-merge-hint = Addresses, tickets and notes of the other one move here. It can be undone.
customer-merge-open = Merge with another customer
customer-merge-into = Merge into { $name }
customer-merge-whom = Who is the same person?
customer-merge-whom-hint = Look for a name or an address. You see what moves before anything happens.
customer-merge-look = See what moves
customer-merge-look-at = See what moves from { $name }
customer-merge-moves = What moves from { $name }
customer-merge-tickets = { $n ->
    [0] None
    [one] One ticket
   *[other] { $n } tickets
  }
customer-merge-claims = Let in
customer-merge-claims-text = { $n ->
    [one] In one conversation somebody who waits to be let in is the customer.
   *[other] In { $n } conversations somebody who waits to be let in is the customer.
  }
customer-merge-undo-hint = Can be undone on the customer’s page, also later.
customer-merge-do = Merge
customer-merged = Merged. Both are one customer now.
customer-unmerge = Undo
customer-unmerge-of = Undo the merge of { $name }
customer-unmerged = Undone. They are two customers again.
customer-open = All about { $name }

organisations-title = Organisations
organisations-intro = Where customers work. Whoever writes from one of their domains for the first time belongs there.
organisations-empty = No organisations yet
organisations-empty-hint = Add one with its domains, and new customers come into it by themselves.
organisations-retired = Retired
organisation-add = Add organisation
organisation-what = Organisation
organisation-domains = Domains
organisation-domains-hint = One per line, such as example.org. Domains below it count as well. Customers who are known already stay where they are.
organisation-members = Customers
organisation-members-n = { $n ->
    [one] one customer
   *[other] { $n } customers
  }
organisation-nobody = Nobody yet
organisation-nobody-hint = Add its domains, or choose it on a customer’s page.
organisation-out = Retire
organisation-retire = Retire
organisation-retire-hint = Its customers keep it. It is offered nowhere, and nobody new comes into it.
organisation-restore = Take back into use
organisation-is-retired = Retired. Its customers keep it.
organisation-is-back = In use again.

refused-customer-name = A customer’s name has { $most } characters at most, in one line.
refused-customer-note = A note has { $most } characters at most.
refused-customer-known = { $address } belongs to { $name } already.
refused-organisation-gone = This organisation is not in use. Choose another.
refused-organisation-name = An organisation needs a name of at most { $most } characters, in one line.
refused-organisation-taken = There is an organisation called { $name } already.
refused-organisation-domain = “{ $domain }” is not a domain. It looks like example.org.
refused-organisation-domains = At most { $most } domains.
refused-organisation-domain-taken = { $domain } belongs to { $name }.
refused-merge-same-customer = That is the same customer. Choose another one.
refused-merge-merged-customer = One of the two was merged meanwhile. Open the customer anew.
refused-merge-undone = This merge is undone already.
refused-merge-later = This customer was merged into another one since. Undo that first.

viewing-title = See the pages as this agent does
viewing-hint = You see the tickets and lists of this agent and can change nothing. Drafts stay hidden. Beginning and end are written into the audit log.
viewing-begin = See as { $name }
viewing-banner = You see the pages as { $name } does. Nothing can be changed.
viewing-end = Back to my own
viewing-ended = You see your own pages again.
refused-viewing = While you look through another agent’s eyes nothing is changed. Go back to your own first.
refused-view-self = These are your own eyes.
refused-view-queues = To see the pages as another agent does you need the right to read all queues.

person-data-title = All that is known
person-data-hint = Take out what is known of this person, as an archive for them, or erase it for good. Both ask for your password.
person-data-of-agent = Take out what is known of this agent, as an archive for them: who they are, how they sign in, what they chose, what they wrote, what the audit log says. It holds no secrets.
person-data-take = Take out
person-data-erase = Erase …
erase-title = Erase { $name }
erase-intro = This cannot be undone. The audit log says that it was done, not to whom.
erase-what = What goes
erase-elsewhere = Tickets of others
erase-articles = Messages from this person
erase-files = Files from this person
erase-originals = Original mails
erase-outgoing = Outgoing mails
erase-stays = Names, addresses, files and original mails go in any case, from search and outgoing mails too. Tickets stay with number, state and times, so that counts do. Your own rules, templates and backups are not looked through.
erase-texts = What was written
erase-anonymise = Keep it without name and addresses
erase-anonymise-hint = The full name and all addresses are taken out of texts. A first name alone, or a telephone number, stays.
erase-all = Erase it
erase-all-hint = All texts of this person’s tickets, answers and notes too, and this person’s messages in tickets of others.
erase-sure = I know that this cannot be undone.
erase-do = Erase for good
customer-erased = Erased.
refused-person-queues = For this you need “{ $right }” in all queues: a part would pass for the whole.
refused-erase-under-way = Mails of this person, or about tickets in which this person appears, are still on their way, or wait to be looked at: { $n }. Wait until they have arrived, or take them back.
refused-customer-merged = This customer was merged into another one. Open the other one and change that.
refused-person-large = This is too much for one archive (2,000 files, 2 GB). Save this person’s tickets message by message.
refused-erase-unsure = Say what becomes of the texts, and that you are sure.

import-open = Import and export
import-customers = Customers from a table
import-customers-intro = Whoever has one of the addresses already is changed, everybody else is new. An empty cell changes nothing. All of the table is taken over, or nothing.
import-agents = Agents from a table
import-agents-intro = Whoever is not there yet gets an invitation by mail. Whoever is there stays as is. All of the table is taken over, or nothing.
import-file = Table (CSV)
import-columns = The first line names the columns: { $columns }. Several addresses or roles in one cell stand behind semicolons. UTF-8 or Windows-1252, at most 500 lines.
import-look = See what it does
import-nothing-yet = Nothing is taken over yet. This is what would happen.
import-refused-some = { $n ->
    [one] One line cannot be taken over, so nothing is. Correct it and choose the file again.
   *[other] { $n } lines cannot be taken over, so nothing is. Correct them and choose the file again.
  }
import-lines = What becomes of the lines
import-line = Line
import-becomes = Becomes
import-is-new = New
import-is-changed = Changed
import-is-same = Unchanged
import-is-refused = Refused
import-ignored = Columns that are not read
import-more = { $n ->
    [one] and one more line
   *[other] and { $n } more lines
  }
import-do = Take over
import-done = Taken over.
export-table = Download as a table (CSV)
refused-import = Line { $line } of the table cannot be taken over. Nothing was changed.
refused-import-address = “{ $address }” is not a mail address.
refused-import-twice = { $address } stands in an earlier line already.
refused-import-two = These addresses belong to two customers. Merge them first.
refused-table-size = The file is larger than { $n } kB. Divide it.
refused-table-long = The table has more than { $n } lines. Divide it.
refused-table-quote = The quotation mark in line { $line } is not closed.
refused-table-text = This is not a table as text. Save it as CSV.
refused-table-empty = Choose a file with at least the names of the columns.
refused-table-columns = There is no column “{ $column }”. The first line names the columns: { $columns }.
