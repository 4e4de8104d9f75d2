"""What each kind of message says, in English; Chinese is ``translations/zh/notices.po`` (context "notice").

``%(visit)s`` is the service and its time, ``%(worker)s`` who comes. A test sees that every kind somebody
enqueues has words and every text its translation. Nothing here names an address, a telephone number
or another person's words: a message may be read over somebody's shoulder.
"""

from __future__ import annotations

from typing import Final

FALLBACK: Final = ("News for you", "Something has changed. Please open Hourhand and have a look.")

WORDING: Final[dict[str, tuple[str, str]]] = {
    # to customers
    "visit_requested": (
        "Request received",
        "We have your request: %(visit)s. We are asking our workers now and tell you who comes.",
    ),
    "visit_assigned": ("Your visit is confirmed", "%(worker)s will come: %(visit)s."),
    "worker_on_the_way": ("On the way", "%(worker)s is on the way to you."),
    "worker_arrived": (
        "At your door",
        "%(worker)s has arrived. Please give the four-digit start code from your visit page.",
    ),
    "visit_done": (
        "Work finished",
        "The work is done: %(visit)s. Please look it over and confirm; after 24 hours it counts as confirmed.",
    ),
    "rate_please": (
        "How was it?",
        "Please rate the visit; it takes 20 seconds and stays hidden until both sides have.",
    ),
    "rate_worker": (
        "How was it?",
        "Please rate the visit; it takes 20 seconds and stays hidden until both sides have.",
    ),
    "visit_cancelled": ("Visit cancelled", "This visit is cancelled: %(visit)s."),
    "visit_late": (
        "Running late",
        "Your visit is running late: %(visit)s. We are on it; you can see your choices on the visit page.",
    ),
    "rescue_started": (
        "We are finding somebody else",
        "The worker cannot come: %(visit)s. We are looking for somebody else and tell you within 45 minutes.",
    ),
    "replacement_found": ("Somebody else will come", "%(worker)s will come instead: %(visit)s."),
    "customer_choice_fill": (
        "Nobody found yet",
        "We have not found anybody yet: %(visit)s. Please choose: wait, another time, or cancel free of charge.",
    ),
    "visit_unfilled": (
        "We could not find anybody",
        "We are sorry: nobody could come (%(visit)s). You pay nothing, and an apology credit is in your account.",
    ),
    # about the account, to everybody
    "phone_change_asked": (
        "A new number for your account",
        "Another number was asked for your account; it counts in two days. Not you? Sign in, stop it, and call us.",
    ),
    "phone_changed": (
        "Your number has changed",
        "Your account has another telephone number now. Was it not you? Call us at once.",
    ),
    "phone_change_stopped": (
        "Your number stays",
        "The change of your telephone number was stopped. Your number stays as it is.",
    ),
    "second_factor_set": (
        "Authenticator set up",
        "From now on an authenticator is asked at every sign-in. Was it not you? Call us at once.",
    ),
    "second_factor_dropped": (
        "No authenticator any more",
        "Your account is opened by the phone code alone again. Was it not you? Call us at once.",
    ),
    "move_asked_customer": (
        "A question about your visit",
        (
            "May we move your visit: %(visit)s? Please look at the question in Hourhand. "
            "No is fine; nothing changes unasked."
        ),
    ),
    "move_off": ("It stays as agreed", "The visit stays as it was agreed: %(visit)s."),
    # to workers
    "move_asked_from": (
        "A question about a visit",
        (
            "May somebody else take this visit of yours: %(visit)s? Please answer in Hourhand. "
            "No is fine, and costs nothing."
        ),
    ),
    "move_asked_to": (
        "A question about a visit",
        "Could you take this visit: %(visit)s? Please answer in Hourhand. No is fine, and costs nothing.",
    ),
    "move_done": ("A visit has gone to somebody else", "As you agreed, somebody else takes this visit: %(visit)s."),
    "offer_made": (
        "New work",
        "New work for you: %(visit)s. Please answer in the app; declining costs nothing.",
    ),
    "leave_now": ("Time to leave", "It is time to leave for your next visit: %(visit)s."),
    "settled": ("Money credited", "Your pay has been credited: %(visit)s. The whole price, nothing kept back."),
    "position_seen": (
        "Somebody looked where you were",
        "The desk looked once at where you were on the way: %(visit)s. The reason is written down; you may ask for it.",
    ),
    "rate_customer": (
        "How was the home?",
        "Please say how the visit was; the customer sees it only after both sides answered.",
    ),
    "score_changed": ("Your score", "Your score has changed. The page shows what moved it."),
    "score_weekly": ("Your week", "Your score is %(stars)s this week (%(change)s). The page shows what moved it."),
    "tier_changed": ("Your tier", "You are now: %(after)s. The page shows why."),
    "document_expires": (
        "A paper expires soon",
        "%(paper)s: %(days)s days left. Please bring the new one to your station before it ends.",
    ),
    "document_expiring": (
        "A paper expires soon",
        "%(paper)s: %(days)s days left. Please bring the new one to your station before it ends.",
    ),
    "documents_lapsed": (
        "A paper is missing",
        "Not valid at the moment: %(papers)s. You get no new work until it is renewed; your earnings are safe.",
    ),
    "documents_renewed": ("Papers complete", "Your papers are complete again. You can get work from now on."),
    "application_step": ("Your application", "Your application has moved on. The page shows what comes next."),
    "quiz_open": ("The quiz is open", "You can take the quiz now; you may try again after 24 hours."),
    "trial_starts": ("Trial visits", "Your three paid trial visits can begin. Offers come from now on."),
    "worker_activated": ("Welcome", "You passed. You are one of us now, and get the whole price of every visit."),
    "application_rejected": (
        "Your application",
        "We cannot take you on now. The page tells the reason; you may apply again from %(reapply_on)s.",
    ),
    "improvement_starts": (
        "A coach will call you",
        "Somebody from our team will call you about your last visits. You keep getting work meanwhile.",
    ),
    "restricted": (
        "Fewer kinds of work for a while",
        "Until %(until)s you get fewer kinds of work or areas. The page tells the reason and how to object.",
    ),
    "restriction_over": ("All work again", "The restriction is over. You get all kinds of work again."),
    "safety_hold": (
        "A short pause",
        "We are looking into a report. No new work until %(until)s; a person decides before then and will call you.",
    ),
    "safety_hold_over": ("The pause is over", "The pause is over. You can get work again."),
    "suspended": (
        "Your work is suspended",
        "You get no work for now. You can appeal until %(appeal_until)s; the page tells the reason. Earnings are paid.",
    ),
    "reinstated": ("Welcome back", "The suspension is lifted. You can get work again."),
    "dismissed": (
        "We end working together",
        "We end working together. The page tells the reason; everything you earned is paid.",
    ),
    "incentive_received": (
        "Your case is open",
        "Finance looks at your sum again and decides by %(due)s. The page shows every step.",
    ),
    "incentive_decided": (
        "Your case is decided",
        "Finance has decided about your sum: %(fen)s are added. The page has the reason, and how to appeal.",
    ),
    "incentive_closed": ("Your case is closed", "The case about your sum is closed. The page keeps the reasons."),
    # to staff
    "emergency_taken": (
        "A role was taken in an emergency",
        "Somebody at the desk acts in a role they do not hold, for half an hour. Please look at what they do.",
    ),
    # to recruiters
    "milestone_vested": (
        "A milestone is reached",
        "%(fen)s have been earned by one of your recruits and wait for approval.",
    ),
    "milestone_held": (
        "A milestone waits",
        "A milestone is held while we check something. The page tells why and how long.",
    ),
    "milestone_forfeited": ("A milestone lapsed", "A milestone will not be paid. The page shows how it was computed."),
    "recruiter_paid": ("Paid", "%(fen)s have been paid to you. The page shows each line."),
    # about disputes, to either side
    "dispute_received": (
        "We are looking into it",
        "We have your report about %(visit)s. You hear from us by %(due)s; the page shows every step.",
    ),
    "dispute_refund": ("Money back", "%(fen)s are back with you as credit. Our guarantee fund pays it."),
    "dispute_closed": ("The case is closed", "The case about %(visit)s is closed. The page keeps the reasons."),
    "dispute_replied": (
        "The other side has answered",
        "There is an answer in the case about %(visit)s. We propose a solution next.",
    ),
    "dispute_no_reply": (
        "No answer so far",
        "The other side has not answered about %(visit)s. We go on with what the records show.",
    ),
    "dispute_question": (
        "A question for you",
        "We have a question in the case about %(visit)s. Please answer on its page.",
    ),
    "dispute_proposal": (
        "Our proposal",
        "We propose how to settle the case about %(visit)s. Please accept or object by %(due)s.",
    ),
    "dispute_appealed": (
        "An appeal was made",
        "Another person hears the case about %(visit)s again and decides by %(due)s.",
    ),
    "dispute_opened": (
        "A problem was reported",
        "A problem was reported about %(visit)s. The page shows what happens next and by when.",
    ),
    "statement_due": (
        "Please give your side",
        "Please tell us your side by %(until)s. If you say nothing, the records decide.",
    ),
    "dispute_decided": (
        "A decision was made",
        "The case has been decided. The page shows the reasons and how to appeal.",
    ),
    "appeal_decided": (
        "Your appeal was decided",
        "The appeal has been decided by another person. The page shows the reasons.",
    ),
}

PAPERS: Final = {
    "identity": "Identity card",
    "health": "Health certificate",
    "insurance": "Insurance",
}
TIERS: Final = {
    "newcomer": "Newcomer",
    "standard": "Standard",
    "gold": "Gold",
    "star": "Star",
}
YOUR_VISIT: Final = "your visit"
YOUR_WORKER: Final = "Your worker"
WORKER_NAME: Final = "%(family)s"
LATER: Final = "the day shown there"
VISIT_AT: Final = "%(service)s, %(when)s"
SENT_AS: Final = "Hourhand: %(body)s"
