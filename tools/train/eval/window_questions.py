# SPDX-License-Identifier: Apache-2.0
"""What the windows of Qt and of GTK say, and what is asked about them: the toolkits differ, the questions do not."""

SENTENCES = ["The document has unsaved changes.", "The server did not answer.", "Overwrite the existing copy?", "Your session has expired.", "The disk is almost full.", "Remove the selected entries?",
             "A newer version is ready.", "The format is not supported.", "Sign in to continue.", "Discard the draft?"]
LABELS = ["Save", "Cancel", "Discard", "Continue", "Retry", "Close", "OK", "Apply", "Yes", "No", "Remove", "Later", "Update", "Skip", "Help", "Sign in", "Stop", "Keep"]
OPTIONS = ["Start with the system", "Show tips", "Check for updates", "Use a proxy", "Send statistics", "Large icons", "Dark theme", "Play sounds", "Keep history", "Open links here", "Show line numbers",
           "Smooth scrolling", "Ask before closing", "Sync bookmarks", "Enable cache", "Confirm deletion"]
TABS = ["General", "Editor", "Keyboard", "Plugins", "Colours", "Files", "Mouse", "Fonts", "Proxy", "Sharing"]
FIELDS = [("User", "person"), ("Host", "word"), ("Port", "number"), ("E-mail", "email"), ("Folder", "word"), ("Serial", "code"), ("Starts", "date"), ("Limit", "number")]


def button_names(rng):
    return rng.sample(LABELS, rng.randint(2, 3))


def about_buttons(rng, names):
    out = [("button", q, [names[0]]) for q in ("Which button is on the left?", "What does the first button say?")]
    out += [("button", q, [names[-1]]) for q in ("Which button is on the right?", "What does the last button say?")]
    out.append(("button", "How many buttons are there?", [str(len(names))]))
    other = rng.choice(names + [rng.choice(LABELS)])
    out.append(("button", f"Is there a {other} button?", ["yes" if other in names else "no"]))
    out.append(("button", f"What button is right of {names[0]}?", [names[1]]))
    return out


def about_message(text):
    return [("ui", q, [text]) for q in ("What is the message?", "What does the dialog say?")]


def about_boxes(rng, names, states):
    ask = lambda name: rng.choice(["Is {n} checked?", "Is {n} ticked?", "Is {n} enabled?"]).format(n=name)
    out = [("state", ask(name), ["yes" if on else "no"]) for name, on in zip(names, states)]
    return out + [("state", "How many boxes are checked?", [str(sum(states))]), ("ui", "What is the first option?", [names[0]])]


def about_switches(rng, names, states):
    yes_no = lambda name: rng.choice(["Is {n} on?", "Is {n} enabled?", "Is {n} switched on?"]).format(n=name)
    out = [("state", yes_no(name), ["yes" if on else "no"]) for name, on in zip(names, states)]
    out += [("state", f"Is {name} on or off?", ["on" if on else "off"]) for name, on in zip(names, states)]
    return out + [("state", "How many switches are on?", [str(sum(states))]), ("ui", "What is the first option?", [names[0]])]


def about_choice(names, chosen):
    return [("state", q, [names[chosen]]) for q in ("Which option is selected?", "Which option is chosen?")] + [("state", "How many options are there?", [str(len(names))])]


def about_tabs(names, active, fields, values):
    out = [("state", q, [names[active]]) for q in ("Which tab is selected?", "Which tab is active?")] + [("ui", "How many tabs are there?", [str(len(names))])]
    return out + [("ui", f"What is in the {label.lower()} field?", [value]) for (label, _), value in zip(fields, values)]


def about_progress(value):
    near = [f"{v}%" for v in sorted(range(max(0, value - 3), min(100, value + 3) + 1), key=lambda v: abs(v - value))]
    return [("gauge", q, near) for q in ("What is the progress?", "How many percent are done?", "How full is the bar?")]


def about_list(names, chosen):
    return [("state", "Which entry is selected?", [names[chosen]])] * 2 + [("ui", "What is the first entry of the list?", [names[0]]), ("ui", "How many entries does the list have?", [str(len(names))])]
