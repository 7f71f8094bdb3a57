"""The site of a house: every resource in one table, with who may ask, behind the guards of a gate's page."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gate_controller.shell.joining import PATH as ENROL_PATH
from gate_controller.venue.page import wall_page
from gate_controller.venue.page.enrolment_page import ENROLMENT_PAGES, joining
from gate_controller.venue.page.gate_stories import KnownAttempts
from gate_controller.venue.page.house_api import HOUSE_OPERATIONS
from gate_controller.venue.page.house_days_page import DAY_PAGES
from gate_controller.venue.page.house_metrics import WATCHING
from gate_controller.venue.page.item_list import ITEM_PAGE, ItemLists
from gate_controller.venue.page.order_giving import OrdersUnderWay
from gate_controller.venue.page.order_page import ORDER_PAGE
from gate_controller.venue.page.shown_house import OWN_STATIC, ShownHouse, shown_house_of
from gate_controller.venue.page.visit_pages import VISIT_PAGES
from gate_controller.venue.page.wall import Wall
from gate_controller.web.assembling import assembled
from gate_controller.web.guards import Guards
from gate_controller.web.login import Login
from gate_controller.web.resources import Resource
from gate_controller.web.templating import STATIC


async def _alive(_request: Request) -> Response:
    """Say that the process answers."""
    return PlainTextResponse("alive\n")


async def _ready(request: Request) -> Response:
    """Say whether the gates can be heard, and what they tell be kept."""
    view = shown_house_of(request).view
    if view.is_broker_reached():
        return PlainTextResponse("the broker is not reached\n", 503)
    if view.what_broker_refuses():
        return PlainTextResponse("the broker does not let the venue hear everything\n", 503)
    if view.is_store_reached():
        return PlainTextResponse("the store is not reached\n", 503)
    return PlainTextResponse("ready\n")


HOUSE_HEALTH = (Resource("/healthz", _alive, None), Resource("/readyz", _ready, None))


def house_resources(house: ShownHouse, guards: Guards, more: Sequence[Resource] = ()) -> Sequence[Resource]:
    """Return everything that can be asked of a house."""
    return (
        *HOUSE_HEALTH,
        *Login(guards).resources(),
        *wall_page.RESOURCES,
        *VISIT_PAGES,
        ITEM_PAGE,
        *DAY_PAGES,
        ORDER_PAGE,
        *ENROLMENT_PAGES,
        *joining(house.enrolment, ENROL_PATH),
        *(operation.resource() for operation in HOUSE_OPERATIONS),
        *WATCHING,
        *more,
    )


def make_house_site(house: ShownHouse, guards: Guards, more: Sequence[Resource] = ()) -> Starlette:
    """Return the site of a house; `more` are resources of other parts of the venue."""
    site = assembled(house_resources(house, guards, more), guards, {"/static/house": OWN_STATIC, "/static": STATIC})
    site.state.wall = Wall(house)
    site.state.given_orders = OrdersUnderWay()
    site.state.attempts = KnownAttempts(house.view)
    site.state.item_lists = ItemLists(house, site.state.attempts)
    return site
