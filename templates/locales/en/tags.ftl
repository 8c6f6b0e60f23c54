# The administration’s page of tags
tags-intro = Words that agents put on tickets. A new name that is there already brings both together. 5,000 tickets are done at once: do it again for the rest. Rules and saved views that name the old word go on doing so.
tags-on = { $n ->
    [one] on one ticket
   *[other] on { $n } tickets
}
tags-many = on more than { $n } tickets
tags-macros = Put on by the macros: { $names }. They go on doing so: change them as well.
tags-to = New name of { $tag }
tags-to-short = New name
tags-rename = Rename
tags-remove = Remove
tags-first = From the beginning
tags-empty = There is no tag yet
tags-empty-hint = Agents put tags on tickets beside the conversation; rules and macros do it as well.
refused-tags-everywhere = Tags lie on tickets of all queues. For this you need the right to read all of them.
refused-tag-same = It is called so already. Choose another name.
bulk-deed-retag = Rename a tag
refused-tag-nowhere = No ticket that can be changed has this tag.
