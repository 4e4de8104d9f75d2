"""What a stable code of a refusal means, said to a person.

The keys are the codes. A refusal that brings its own sentence needs no line here: the sentence itself is translated.
"""

from __future__ import annotations

from typing import Any

from app.words import gettext
from app.words import lazy_gettext as _

MESSAGES: dict[str, Any] = {
    # input
    "invalid_input": _("Please check the marked fields."),
    "required": _("Please fill this in."),
    "unknown_field": _("This field is not known here."),
    "not_a_number": _("Please give a number."),
    "not_a_text": _("Please give a text."),
    "not_yes_or_no": _("Please say yes or no."),
    "not_a_time": _("Please give a time."),
    "not_a_date": _("Please give a date."),
    "not_a_list": _("Please give a list."),
    "not_an_object": _("The request carries no JSON object."),
    "not_a_url": _("Please give an address that starts with https://."),
    "not_a_choice": _("Please choose one of the offered values."),
    "out_of_range": _("This is too small or too large."),
    "wrong_length": _("This is too short or too long."),
    "control_character": _("There is a sign in it that cannot be printed."),
    "too_short": _("This is too short."),
    "too_long": _("This is too long."),
    "not_valid": _("This cannot be used."),
    "not_a_page_mark": _("This is no mark of a page."),
    "used_for_another_request": _("This key was used for another request."),
    "null": _("Please fill this in."),
    "invalid": _("This cannot be used."),
    "length": _("This is too short or too long."),
    "range": _("This is too small or too large."),
    "incomplete": _("Something is missing here."),
    "unknown": _("This is not known here."),
    "not_a_code": _("This is no code of ours."),
    "not_a_hash": _("This cannot be used."),
    "not_a_reference": _("This is no reference of a payment."),
    "not_a_slug": _("This cannot be used."),
    "not_an_item": _("This is not on the list."),
    "not_a_cause": _("Please choose one of the reasons."),
    "too_many": _("These are too many."),
    "never_less": _("What was decided before is never made less."),
    "more_than_pay": _("This is more than the worker got."),
    "not_in_steps": _("Please choose one of the offered lengths."),
    "off_grid": _("Times are in steps of a quarter of an hour."),
    "overlap": _("These times overlap."),
    # places and times
    "not_a_span": _("The end has to come after the beginning."),
    "in_the_past": _("This time is over."),
    "too_far_ahead": _("This is too far ahead."),
    "time_missing": _("Please choose a time."),
    "place_missing": _("Please say where."),
    "slot_gone": _("This time has just been taken. Please choose another."),
    "zone_not_open": _("We do not work in this neighbourhood yet."),
    "service_not_here": _("This service is not offered here yet."),
    "unknown_choice": _("Please choose one of the offered values."),
    "unknown_fact": _("This fact about the home is not known here."),
    "unknown_datum": _("This kind of coordinates is not known."),
    "outside_zones": _("This place is outside the neighbourhoods we serve."),
    "unknown_compound": _("This compound is not known here."),
    "far_from_compound": _("The pin is far from the compound. Please check it."),
    "unknown_building": _("This building is not known in the compound."),
    "unknown_unit": _("This entrance is not known in the building."),
    "unknown_door": _("This door is not known at the entrance."),
    "coordinate_missing": _("Please set the pin on the map."),
    "coordinate_not_a_number": _("Please set the pin on the map."),
    "latitude_out_of_range": _("Please set the pin on the map."),
    "longitude_out_of_range": _("Please set the pin on the map."),
    "position_or_code": _("Please share your position, or ask for the code."),
    "wrong_start_code": _("This is not the start code. The customer can read it to you."),
    "not_current": _("This is not the current version of the consent."),
    "already_expired": _("This paper has expired already."),
    "required_when_low": _("Please say what it was: the worker can only mend what is named."),
    "unknown_aspect": _("This is not known here."),
    # access
    "not_a_phone": _("This is no phone number. Eleven digits, please."),
    "not_a_mobile": _("Please give a mobile number."),
    "region_not_served": _("We cannot send messages to this country yet."),
    "six_digits": _("Please type the six digits of the message."),
    "code_not_valid": _("This code does not fit. Look again, or ask for a new one."),
    "second_factor_needed": _("Please type the code of your authenticator as well."),
    "number_unseen": _("This number has not been used here for a long time. Please answer two questions."),
    "browser_only": _("A token cannot do this. Please sign in yourself."),
    "factor_not_valid": _("This code does not fit. Each works once; wait for the next one."),
    "facts_not_right": _("That is not what we know. Look again, or call us."),
    "sign_in_not_valid": _("Login, password or code do not fit."),
    "too_many_codes": _("Too many codes were asked for. Please try again later."),
    "too_many_guesses": _("Too many wrong codes. Please try again later."),
    "too_many_requests": _("Too many requests. Please wait a minute."),
    "login_locked": _("Too many wrong attempts. Please wait a quarter of an hour."),
    "account_blocked": _("This account is closed. Please call us."),
    "account_block_not_yours": _("Only staff may close an account, and nobody their own."),
    "not_signed_in": _("Please sign in first."),
    "role_not_yours": _("This role is not yours."),
    "role_not_allowed": _("This page is for another role."),
    "csrf_failed": _("The form was open for too long. Please try again."),
    "token_has_one_role": _("A token acts in one role."),
    "one_to_eighty_letters": _("Please give a name of at most 80 letters."),
    # everywhere
    "not_found": _("There is nothing here for you."),
    "somebody_was_faster": _("Somebody was faster. Please look again."),
    "request_in_flight": _("The same request is still being worked on. Please ask again in a moment."),
    "bad_request": _("This request cannot be read."),
    "method_not_allowed": _("This cannot be done here."),
    "too_large": _("This is too large to send."),
    "busy": _("We will be back in a moment."),
    "server_error": _("That was our fault. Please try again."),
}  # fmt: skip


def sentence(code: str, english: str = "", **params: Any) -> str:
    """Return the sentence for a code in the reader's language; a code without one keeps its own, translated."""
    text = MESSAGES.get(code)
    if text is None and code.endswith("_not_now"):
        return gettext("This is not possible any more.")
    if text is None and code.endswith("_not_yours"):
        return gettext("This is not yours to do.")
    if text is None:
        return gettext(english) if english else code
    try:
        return str(text) % params if params else str(text)
    except (KeyError, TypeError, ValueError):
        return str(text)
