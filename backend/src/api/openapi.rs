//! The description of the API (OpenAPI 3.1), made from the handlers themselves.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, ContentBuilder, Ref, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    gate::Caller,
    problem::{Answer, Refused, Told},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Turnstone",
        description = "Tickets, mails and people of a Turnstone. Tokens are made by `turnstone token create` and carry their \
            agent's rights. Errors are `application/problem+json`; lists are pages with a cursor for the next one; a \
            POST with an `Idempotency-Key` can be repeated for a day. Files go with their article as base64 within the JSON: \
            a body has at most 64 kB, one that takes attachments 35 MB.",
    ),
    servers((url = "/api/v1")),
    security(("token" = [])),
    modifiers(&Common),
    components(schemas(Told, Refused)),
    paths(
        super::tickets::list, super::tickets::create, super::tickets::get, super::tickets::history,
        super::articles::of_ticket, super::articles::find, super::articles::get,
        super::replies::create, super::replies::note,
        super::passing::forward, super::passing::redirect, super::passing::resend,
        super::lock::put, super::lock::delete,
        super::bonds::tags, super::bonds::tag, super::bonds::untag,
        super::bonds::links, super::bonds::link, super::bonds::unlink,
        super::bonds::watchers, super::bonds::watch, super::bonds::unwatch,
        super::participants::list, super::participants::add, super::participants::remove,
        super::customers::list, super::customers::get, super::customers::create, super::customers::update,
        super::customers::addresses, super::customers::add, super::customers::remove, super::customers::main,
        super::customer_merges::preview, super::customer_merges::list, super::customer_merges::create,
        super::customer_merges::delete,
        super::organisations::list, super::organisations::get, super::organisations::create,
        super::organisations::update, super::organisations::retire, super::organisations::restore,
        super::splits::create, super::splits::call,
        super::bulks::create, super::bulks::get, super::bulks::items, super::bulks::undo,
        super::acts::list, super::acts::undo, super::acts::remove, super::acts::restore, super::acts::customer,
        super::merges::create, super::merges::delete, super::merges::end, super::merges::take,
        super::replies::undo, super::drafts::get, super::drafts::put, super::drafts::delete, super::templates::list, super::templates::create, super::templates::get,
        super::templates::put, super::templates::delete, super::templates::restore, super::templates::of_ticket,
        super::own_templates::list, super::own_templates::create, super::own_templates::get, super::own_templates::put, super::own_templates::delete,
        super::search::find, super::saved::list, super::saved::create, super::saved::delete,
        super::exports::create, super::audit::list, super::diagnostics::get, super::settings::list, super::settings::put, super::reports::get, super::events::stream,
        super::notices::list, super::notices::read, super::notices::ways, super::notices::choose,
        super::fields::owner, super::fields::queue, super::fields::state, super::fields::priority,
        super::files::get,
        super::inbound::list, super::inbound::get, super::inbound::raw, super::inbound::preview,
        super::inbound::retry, super::balance::get, super::mailboxes::delete,
        super::inbound::let_in, super::filters::get, super::filters::put, super::filters::dry_runs::create,
        super::outbox::list,
        super::queues::list, super::queues::create, super::queues::get, super::queues::put, super::queues::patch,
        super::queue_addresses::get, super::tags::list, super::tags::change,
        super::states::list, super::states::create, super::states::get, super::states::put,
        super::states::retire, super::states::restore, super::priorities::list, super::priorities::put,
        super::calendars::list, super::calendars::create, super::calendars::get, super::calendars::put,
        super::calendars::retire, super::calendars::restore, super::calendars::end,
        super::auto_responses::list, super::auto_responses::put,
        super::mailboxes::list, super::mailboxes::create, super::mailboxes::get, super::mailboxes::update,
        super::mailboxes::start_test, super::mailboxes::test,
        super::accounts::get, super::accounts::update, super::accounts::link, super::accounts::retire,
        super::accounts::restore, super::accounts::end_sessions, super::accounts::tokens,
        super::accounts::revoke_token, super::accounts::rights, super::personal::create, super::one_role::role, super::one_role::update_role,
        super::one_role::retire_role, super::one_role::restore_role,
        super::people::agents, super::people::create_agent, super::people::roles, super::people::create_role,
    ),
)]
struct Described;

/// What holds for all operations: the token, the problems.
struct Common;

impl Modify for Common {
    fn modify(&self, api: &mut openapi::OpenApi) {
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        if let Some(components) = api.components.as_mut() {
            components.add_security_scheme("token", SecurityScheme::Http(token));
        }
        let problem = ResponseBuilder::new()
            .description("A refusal: 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500 or 503.")
            .content(
                "application/problem+json",
                ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
            )
            .build();
        for item in api.paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                operation.responses.responses.insert("default".to_owned(), problem.clone().into());
            }
        }
    }
}

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| Described::openapi().to_json().unwrap_or_default());

/// `GET /api/v1/openapi.json`.
pub async fn get(_caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().content_type("application/json").body(DESCRIPTION.as_str()))
}
