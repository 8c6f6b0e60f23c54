//! The tables as diesel sees them: one description for both databases.

#![allow(missing_docs, reason = "the columns are described in the migrations")]

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    settings (key) {
        key -> Text,
        value -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    blobs (digest) {
        digest -> Text,
        size -> BigInt,
        encoding -> Text,
        data -> Nullable<Binary>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    agents (id) {
        id -> BigInt,
        login -> Text,
        name -> Text,
        email -> Text,
        password_hash -> Nullable<Text>,
        signature -> Text,
        language -> Text,
        time_zone -> Nullable<Text>,
        theme -> Text,
        page_size -> Integer,
        keys_enabled -> Bool,
        dense_rows -> Bool,
        away_until -> Nullable<Instant>,
        stand_in_id -> Nullable<BigInt>,
        read_floor -> BigInt,
        disabled_at -> Nullable<Instant>,
        expires_at -> Nullable<Instant>,
        created_at -> Instant,
        must_change_password -> Bool,
        last_sign_in_at -> Nullable<Instant>,
        sort_name -> Text,
        found_by -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    password_links (id) {
        id -> BigInt,
        agent_id -> BigInt,
        kind -> Text,
        hash -> Text,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;

    notification_ways (agent_id, event) {
        agent_id -> BigInt,
        event -> Text,
        mail -> Text,
        browser -> Bool,
    }
}

table! {
    use diesel::sql_types::*;

    queue_mutes (agent_id, queue_id, event) {
        agent_id -> BigInt,
        queue_id -> BigInt,
        event -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    sessions (id_hash) {
        id_hash -> Text,
        agent_id -> BigInt,
        csrf -> Text,
        created_at -> Instant,
        seen_at -> Instant,
        address -> Text,
        user_agent -> Text,
        stage -> Text,
        raised_at -> Nullable<Instant>,
        method -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    tokens (id) {
        id -> BigInt,
        agent_id -> BigInt,
        name -> Text,
        hash -> Text,
        created_at -> Instant,
        last_used_at -> Nullable<Instant>,
        expires_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
        own -> Bool,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    sign_in_failures (id) {
        id -> BigInt,
        login -> Text,
        address -> Text,
        at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    queues (id) {
        id -> BigInt,
        name -> Text,
        parent_id -> Nullable<BigInt>,
        sender_name -> Text,
        signature -> Text,
        auto_response -> Bool,
        follow_up_policy -> Text,
        strict_matching -> Bool,
        subject_tag -> Bool,
        unlock_minutes -> Integer,
        hold_seconds -> Integer,
        note -> Text,
        closed_days -> Nullable<Integer>,
        reply_token -> Bool,
        language -> Text,
        calendar_id -> Nullable<BigInt>,
        salutation -> Text,
        salutation_unnamed -> Text,
        own_rights -> Bool,
        retired_at -> Nullable<Instant>,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    calendars (id) {
        id -> BigInt,
        name -> Text,
        time_zone -> Nullable<Text>,
        hours -> Text,
        holidays -> Text,
        retired_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    states (id) {
        id -> BigInt,
        kind -> Text,
        name -> Text,
        key -> Text,
        place -> Integer,
        retired_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    priorities (level) {
        level -> Integer,
        name -> Nullable<Text>,
        retired_at -> Nullable<Instant>,
        usual -> Bool,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    queue_addresses (address) {
        address -> Text,
        queue_id -> BigInt,
        position -> Integer,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    roles (id) {
        id -> BigInt,
        name -> Text,
        installation -> Text,
        retired_at -> Nullable<Instant>,
        created_at -> Instant,
        needs_factor -> Bool,
        description -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    role_grants (id) {
        id -> BigInt,
        role_id -> BigInt,
        queue_id -> Nullable<BigInt>,
        permission -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    agent_roles (agent_id, role_id) {
        agent_id -> BigInt,
        role_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    organisations (id) {
        id -> BigInt,
        name -> Text,
        created_at -> Instant,
        note -> Text,
        retired_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    customers (id) {
        id -> BigInt,
        name -> Text,
        organisation_id -> Nullable<BigInt>,
        language -> Nullable<Text>,
        created_at -> Instant,
        note -> Text,
        sort_name -> Text,
        merged_into -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    customer_addresses (address) {
        address -> Text,
        customer_id -> BigInt,
        main -> Bool,
    }
}

table! {
    customer_words (word, customer_id) {
        word -> Text,
        customer_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    customer_merges (id) {
        id -> BigInt,
        source_id -> BigInt,
        target_id -> BigInt,
        agent_id -> Nullable<BigInt>,
        undo -> Text,
        created_at -> Instant,
        undone_at -> Nullable<Instant>,
    }
}

table! {
    customer_merge_tickets (merge_id, ticket_id) {
        merge_id -> BigInt,
        ticket_id -> BigInt,
    }
}

table! {
    organisation_domains (domain) {
        domain -> Text,
        organisation_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    tickets (id) {
        id -> BigInt,
        number -> Text,
        title -> Text,
        queue_id -> BigInt,
        state -> Text,
        active -> Bool,
        priority -> Integer,
        owner_id -> Nullable<BigInt>,
        locked_at -> Nullable<Instant>,
        pending_until -> Nullable<Instant>,
        customer_id -> Nullable<BigInt>,
        customer_name -> Text,
        customer_address -> Text,
        root_message_id -> Text,
        merged_into -> Nullable<BigInt>,
        preview -> Text,
        last_sender -> Text,
        article_count -> Integer,
        has_attachments -> Bool,
        last_article_id -> BigInt,
        unanswered_since -> Nullable<Instant>,
        created_at -> Instant,
        updated_at -> Instant,
        state_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    queue_counts (queue_id, state, owned) {
        queue_id -> BigInt,
        state -> Text,
        owned -> Bool,
        n -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    articles (id) {
        id -> BigInt,
        ticket_id -> BigInt,
        sender -> Text,
        channel -> Text,
        visible -> Bool,
        automatic -> Bool,
        agent_id -> Nullable<BigInt>,
        from_name -> Text,
        from_address -> Text,
        recipients -> Text,
        subject -> Text,
        message_id -> Text,
        body_text -> Text,
        html_digest -> Nullable<Text>,
        inbound_id -> Nullable<BigInt>,
        created_at -> Instant,
        claimed_agent_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    message_ids (message_id, ticket_id) {
        message_id -> Text,
        ticket_id -> BigInt,
        article_id -> Nullable<BigInt>,
        created_at -> Instant,
        learned_from -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    merges (id) {
        id -> BigInt,
        source_id -> BigInt,
        target_id -> BigInt,
        agent_id -> Nullable<BigInt>,
        undo -> Text,
        last_article_id -> BigInt,
        created_at -> Instant,
        ended_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    merge_articles (merge_id, article_id) {
        merge_id -> BigInt,
        article_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    article_moves (id) {
        id -> BigInt,
        article_id -> BigInt,
        from_id -> BigInt,
        to_id -> BigInt,
        agent_id -> Nullable<BigInt>,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    planned_replies (article_id) {
        article_id -> BigInt,
        state -> Nullable<Text>,
        until -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;

    article_salutations (article_id) {
        article_id -> BigInt,
        length -> Integer,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    drafts (id) {
        id -> BigInt,
        agent_id -> BigInt,
        ticket_id -> BigInt,
        kind -> Text,
        fields -> Text,
        seen_article_id -> BigInt,
        updated_at -> Instant,
        revision -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    attachments (id) {
        id -> BigInt,
        uid -> Text,
        article_id -> Nullable<BigInt>,
        draft_id -> Nullable<BigInt>,
        agent_id -> Nullable<BigInt>,
        name -> Text,
        content_type -> Text,
        content_id -> Nullable<Text>,
        inline -> Bool,
        size -> BigInt,
        digest -> Text,
        created_at -> Instant,
        bulk_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    participants (ticket_id, address) {
        ticket_id -> BigInt,
        address -> Text,
        name -> Text,
        accepted -> Bool,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    ticket_links (ticket_id, other_id, kind) {
        ticket_id -> BigInt,
        other_id -> BigInt,
        kind -> Text,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    ticket_tags (ticket_id, tag) {
        ticket_id -> BigInt,
        tag -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    watchers (ticket_id, agent_id) {
        ticket_id -> BigInt,
        agent_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    reads (agent_id, ticket_id) {
        agent_id -> BigInt,
        ticket_id -> BigInt,
        article_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    events (id) {
        id -> BigInt,
        at -> Instant,
        ticket_id -> BigInt,
        queue_id -> BigInt,
        kind -> Text,
        article_id -> Nullable<BigInt>,
        agent_id -> Nullable<BigInt>,
        cause -> Text,
        old_value -> Nullable<Text>,
        new_value -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    deadlines (ticket_id, kind) {
        ticket_id -> BigInt,
        kind -> Text,
        due_at -> Instant,
        since -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    inbound_mails (id) {
        id -> BigInt,
        received_at -> Instant,
        source -> Text,
        trusted -> Bool,
        envelope_from -> Text,
        envelope_to -> Text,
        queue_id -> Nullable<BigInt>,
        digest -> Text,
        size -> BigInt,
        status -> Text,
        attempts -> Integer,
        try_at -> Instant,
        message_id -> Text,
        content_hash -> Text,
        subject -> Text,
        sender -> Text,
        disposition -> Nullable<Text>,
        ticket_id -> Nullable<BigInt>,
        article_id -> Nullable<BigInt>,
        automatic -> Bool,
        bounce -> Bool,
        auto_response -> Text,
        steps -> Text,
        processed_at -> Nullable<Instant>,
        duration_us -> BigInt,
        peer -> Text,
        helo -> Text,
        authentication -> Text,
        reason -> Text,
        forgotten_at -> Nullable<Instant>,
        rule_outcome -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    outbox (id) {
        id -> BigInt,
        kind -> Text,
        state -> Text,
        ticket_id -> Nullable<BigInt>,
        article_id -> Nullable<BigInt>,
        agent_id -> Nullable<BigInt>,
        event -> Text,
        envelope_from -> Text,
        envelope_to -> Text,
        message_id -> Text,
        digest -> Nullable<Text>,
        subject -> Text,
        body_text -> Text,
        try_at -> Instant,
        attempts -> Integer,
        lease -> BigInt,
        error -> Text,
        created_at -> Instant,
        sent_at -> Nullable<Instant>,
        domain -> Text,
        outcomes -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    auto_responses (id) {
        id -> BigInt,
        address -> Text,
        ticket_id -> BigInt,
        at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    auto_response_templates (id) {
        id -> BigInt,
        queue_id -> Nullable<BigInt>,
        kind -> Text,
        language -> Text,
        subject -> Text,
        body -> Text,
        updated_at -> Instant,
        updated_by -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    auto_response_switches (queue_id, kind) {
        queue_id -> BigInt,
        kind -> Text,
        enabled -> Bool,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    intake_brakes (key) {
        key -> Text,
        since -> Instant,
        mails -> Integer,
        ticket_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    idempotency_keys (agent_id, key) {
        agent_id -> BigInt,
        key -> Text,
        request_hash -> Text,
        status -> Integer,
        body -> Text,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    mailboxes (id) {
        id -> BigInt,
        name -> Text,
        kind -> Text,
        address -> Text,
        host -> Text,
        port -> Integer,
        security -> Text,
        ca -> Text,
        login -> Text,
        auth -> Text,
        secret -> Text,
        token_url -> Text,
        client_id -> Text,
        scope -> Text,
        directory -> Text,
        folders -> Text,
        after -> Text,
        move_to -> Text,
        existing -> Text,
        queue_id -> Nullable<BigInt>,
        trusted -> Bool,
        max_bytes -> BigInt,
        poll_seconds -> Integer,
        disabled_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
        retired_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    mailbox_states (mailbox_id) {
        mailbox_id -> BigInt,
        begun_at -> Instant,
        success_at -> Nullable<Instant>,
        mail_at -> Nullable<Instant>,
        error -> Text,
        error_detail -> Text,
        error_at -> Nullable<Instant>,
        alarmed_at -> Nullable<Instant>,
        access -> Text,
        holder -> Text,
        held_until -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    mailbox_folders (mailbox_id, folder) {
        mailbox_id -> BigInt,
        folder -> Text,
        uid_validity -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    mailbox_mails (mailbox_id, folder, uid_validity, uid) {
        mailbox_id -> BigInt,
        folder -> Text,
        uid_validity -> BigInt,
        uid -> Text,
        fingerprint -> Text,
        state -> Text,
        inbound_id -> Nullable<BigInt>,
        attempts -> Integer,
        at -> Instant,
        gone_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    mailbox_tests (token) {
        token -> Text,
        mailbox_id -> BigInt,
        message_id -> Text,
        started_at -> Instant,
        inbound_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    relay_trials (token) {
        token -> Text,
        mark -> Text,
        agent_id -> BigInt,
        relay -> Text,
        secret -> Text,
        sender -> Text,
        address -> Text,
        own -> Bool,
        steps -> Text,
        started_at -> Instant,
        inbound_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    filter_versions (id) {
        id -> BigInt,
        rules -> Text,
        agent_id -> Nullable<BigInt>,
        restored_id -> Nullable<BigInt>,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    milestones (ticket_id, kind) {
        ticket_id -> BigInt,
        kind -> Text,
        at -> Instant,
        queue_id -> BigInt,
        agent_id -> Nullable<BigInt>,
        took -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    views (id) {
        id -> BigInt,
        agent_id -> BigInt,
        team -> Bool,
        name -> Text,
        typed -> Text,
        sort -> Text,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    audit_events (id) {
        id -> BigInt,
        at -> Instant,
        agent_id -> Nullable<BigInt>,
        cause -> Text,
        kind -> Text,
        subject -> Text,
        detail -> Text,
        was -> Text,
        becomes -> Text,
        hash -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    factors (agent_id) {
        agent_id -> BigInt,
        secret -> Text,
        created_at -> Instant,
        confirmed_at -> Nullable<Instant>,
        last_step -> BigInt,
        waits_for -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    passkeys (id) {
        id -> BigInt,
        agent_id -> BigInt,
        credential -> Text,
        handle -> Text,
        public_key -> Text,
        counter -> BigInt,
        name -> Text,
        can_be_copied -> Bool,
        is_copied -> Bool,
        created_at -> Instant,
        used_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    passkey_challenges (hash) {
        hash -> Text,
        purpose -> Text,
        holder -> Text,
        counts_for -> Text,
        handle -> Text,
        made_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    password_requests (id) {
        id -> BigInt,
        agent_id -> BigInt,
        at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    identities (method, subject) {
        method -> Text,
        subject -> Text,
        agent_id -> BigInt,
        login -> Text,
        created_at -> Instant,
        gone_at -> Nullable<Instant>,
        ends_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    sign_in_methods (id) {
        id -> Text,
        position -> Integer,
        said -> Text,
        secret -> Text,
        agent_id -> BigInt,
        changed_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    spent_states (hash) {
        hash -> Text,
        at -> Instant,
    }
}

table! {
    recovery_codes (agent_id, hash) {
        agent_id -> BigInt,
        hash -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    audit_counts (kind, of, hour) {
        kind -> Text,
        of -> Text,
        hour -> Instant,
        n -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    viewings (session_hash) {
        session_hash -> Text,
        viewer_id -> BigInt,
        agent_id -> BigInt,
        begun_at -> Instant,
    }
}

diesel::joinable!(filter_versions -> agents (agent_id));
diesel::joinable!(agent_roles -> agents (agent_id));
diesel::joinable!(agent_roles -> roles (role_id));
diesel::joinable!(role_grants -> roles (role_id));
diesel::joinable!(tickets -> queues (queue_id));
diesel::joinable!(tickets -> agents (owner_id));
diesel::joinable!(articles -> tickets (ticket_id));
table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    reply_templates (id) {
        id -> BigInt,
        name -> Text,
        language -> Nullable<Text>,
        body -> Text,
        state -> Nullable<Text>,
        wait_days -> Nullable<Integer>,
        to_queue_id -> Nullable<BigInt>,
        priority -> Nullable<Integer>,
        tags -> Text,
        retired_at -> Nullable<Instant>,
        updated_at -> Instant,
        updated_by -> Nullable<BigInt>,
        state_id -> Nullable<BigInt>,
        owner_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;

    reply_template_roles (template_id, role_id) {
        template_id -> BigInt,
        role_id -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;

    reply_template_queues (template_id, queue_id) {
        template_id -> BigInt,
        queue_id -> BigInt,
    }
}

diesel::joinable!(articles -> agents (agent_id));
diesel::joinable!(attachments -> articles (article_id));
diesel::joinable!(outbox -> tickets (ticket_id));
diesel::joinable!(events -> tickets (ticket_id));
diesel::joinable!(events -> agents (agent_id));
diesel::joinable!(tokens -> agents (agent_id));
diesel::joinable!(sessions -> agents (agent_id));
diesel::joinable!(inbound_mails -> tickets (ticket_id));
diesel::joinable!(customer_addresses -> customers (customer_id));
diesel::joinable!(queue_addresses -> queues (queue_id));
diesel::joinable!(deadlines -> tickets (ticket_id));
diesel::joinable!(auto_responses -> tickets (ticket_id));
diesel::joinable!(mailbox_states -> mailboxes (mailbox_id));

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    acts (id) {
        id -> BigInt,
        ticket_id -> BigInt,
        agent_id -> BigInt,
        kind -> Text,
        event_id -> BigInt,
        change -> Text,
        bulk_id -> Nullable<BigInt>,
        created_at -> Instant,
        undone_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    bin (ticket_id) {
        ticket_id -> BigInt,
        reason -> Text,
        agent_id -> Nullable<BigInt>,
        state -> Text,
        pending_until -> Nullable<Instant>,
        address -> Text,
        removed_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    bulks (id) {
        id -> BigInt,
        agent_id -> BigInt,
        cause -> Text,
        state -> Text,
        deed -> Text,
        back -> Text,
        undoes -> Nullable<BigInt>,
        created_at -> Instant,
        finished_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    bulk_items (bulk_id, ticket_id) {
        bulk_id -> BigInt,
        ticket_id -> BigInt,
        position -> Integer,
        state -> Text,
        reason -> Text,
        article_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;

    agent_habits (agent_id) {
        agent_id -> BigInt,
        after_sending -> Text,
        list_beside -> Bool,
        rich_text -> Bool,
        start_at -> Text,
        keys -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    notices (id) {
        id -> BigInt,
        agent_id -> BigInt,
        at -> Instant,
        event -> Text,
        ticket_id -> BigInt,
        article_id -> Nullable<BigInt>,
        n -> Integer,
        absent -> Text,
        bulk_id -> Nullable<BigInt>,
        read_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    gathered (id) {
        id -> BigInt,
        agent_id -> BigInt,
        at -> Instant,
        event -> Text,
        ticket_id -> BigInt,
        article_id -> Nullable<BigInt>,
        absent -> Text,
        mail -> Text,
        browser -> Bool,
        bulk_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    digests (agent_id, mail) {
        agent_id -> BigInt,
        mail -> Text,
        due_at -> Instant,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::db::types::Instant;

    uploads (id) {
        id -> BigInt,
        uid -> Text,
        agent_id -> BigInt,
        ticket_id -> BigInt,
        name -> Text,
        content_type -> Text,
        inline -> Bool,
        size -> BigInt,
        received -> BigInt,
        touched_at -> Instant,
        attachment_id -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;

    upload_pieces (upload_id, begins) {
        upload_id -> BigInt,
        begins -> BigInt,
        data -> Binary,
    }
}

diesel::joinable!(identities -> agents (agent_id));
diesel::joinable!(bulk_items -> tickets (ticket_id));

allow_tables_to_appear_in_same_query!(
    acts,
    bulks,
    bulk_items,
    agent_habits,
    bin,
    settings,
    blobs,
    agents,
    notification_ways,
    notices,
    gathered,
    digests,
    uploads,
    upload_pieces,
    queue_mutes,
    sessions,
    tokens,
    sign_in_failures,
    queues,
    queue_addresses,
    roles,
    role_grants,
    agent_roles,
    password_links,
    organisations,
    customers,
    customer_addresses,
    customer_words,
    customer_merges,
    customer_merge_tickets,
    organisation_domains,
    viewings,
    tickets,
    queue_counts,
    articles,
    message_ids,
    merges,
    milestones,
    merge_articles,
    article_moves,
    drafts,
    planned_replies,
    article_salutations,
    attachments,
    participants,
    ticket_links,
    ticket_tags,
    watchers,
    reads,
    events,
    deadlines,
    inbound_mails,
    outbox,
    auto_responses,
    auto_response_templates,
    auto_response_switches,
    calendars,
    states,
    priorities,
    reply_templates,
    reply_template_queues,
    reply_template_roles,
    intake_brakes,
    idempotency_keys,
    filter_versions,
    mailboxes,
    mailbox_states,
    mailbox_folders,
    mailbox_mails,
    mailbox_tests,
    relay_trials,
    views,
    audit_counts,
    audit_events,
    factors,
    passkeys,
    passkey_challenges,
    password_requests,
    recovery_codes,
    identities,
    sign_in_methods,
    spent_states,
);
