"""How a person works a page: with a mouse, or with the keys alone. A scenario is written once for both."""

from playwright.sync_api import expect

# What has the focus: its name, whether a mark shows it, whether it can be seen; and where the target
# is from there. The mark of a hidden radio button or file stands at its label.
# What had the focus is put down where somebody keeps count.
FOCUS = """
(target) => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  if (window.visited) window.visited.add(at);
  const label = at.closest("label");
  const shown = (node) => getComputedStyle(node).opacity !== "0" && node.getClientRects().length > 0;
  const ringed = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const mark = [at, at.nextElementSibling, label].find((node) => node && shown(node) && ringed(node));
  const spots = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]];
  const seen = [...(mark || at).getClientRects()].some((box) => spots.some(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && ((mark || at).contains(top) || (label && label.contains(top)));
  }));
  const order = target ? at.compareDocumentPosition(target) : 0;
  return {
    name: at.outerHTML.slice(0, 140),
    marked: Boolean(mark),
    seen,
    arrived: target === at,
    grouped: Boolean(target) && at.type === "radio" && at.name === target.name && at.form === target.form,
    passed: Boolean(order & Node.DOCUMENT_POSITION_PRECEDING),
  };
}
"""

# What Tab must reach; of radio buttons with one name, one.
TABBABLE = """
() => {
  const names = new Set();
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(all)].filter((node) => {
    if (node.disabled || node.tabIndex < 0 || !node.checkVisibility({ visibilityProperty: true })) return false;
    if (node.type !== "radio") return true;
    const group = `${node.form && node.form.id}.${node.name}`;
    if (names.has(group)) return false;
    return names.add(group);
  });
}
"""

HAS_FOCUS = "target => target === document.activeElement"
LONGEST = 300  # stops on one page


class Hands:
    """What people do on a page, in the words they read there."""

    can_draw = True

    def __init__(self, page):
        self.page = page

    def follow(self, name, within=None):
        """Go where a link leads."""
        with self.page.expect_navigation():
            self.activate((within or self.page).get_by_role("link", name=name).first)

    def press(self, name, within=None):
        """Press a button that sends a form."""
        with self.page.expect_navigation():
            self.activate((within or self.page).get_by_role("button", name=name))

    def ask(self, name, button=None):
        """Open the question behind a button and answer it."""
        self.activate(self.page.locator("summary.btn", has_text=name))
        self.press(button or name, self.page.locator("details[open]"))

    def fill(self, label, text, within=None):
        self.write((within or self.page).get_by_label(label), text)

    def date(self, label, day, within=None):
        self.write_date((within or self.page).get_by_label(label), day)

    def pick(self, label, option):
        self.select(self.page.get_by_label(label), option)

    def check(self, label, within=None):
        self.tick((within or self.page).get_by_label(label))


class Mouse(Hands):
    """Points at what it wants."""

    def activate(self, target):
        target.click()

    def write(self, target, text):
        target.fill(text)

    def write_date(self, target, day):
        target.fill(day.isoformat())

    def select(self, target, option):
        target.select_option(label=option)

    def tick(self, target):
        label = target.locator("xpath=ancestor::label | following-sibling::label[1]").first
        label.click()
        expect(target).to_be_checked()


class Keyboard(Hands):
    """Only keys. Every stop on the way must be marked and in sight."""

    can_draw = False

    def reach(self, target, group=False):
        """Tab forwards or backwards, whichever is shorter, until the target has the focus.

        group: any radio button of the target's group will do.
        """
        target.wait_for(state="attached")
        node = target.element_handle()
        at = node.evaluate(FOCUS)
        for _ in range(LONGEST):
            if at and (at["arrived"] or (group and at["grouped"])):
                return
            at = self.step("Shift+Tab" if at and at["passed"] else "Tab", node)
        raise AssertionError(f"{self.page.url}: {target} is not reached by Tab")

    def step(self, key, target=None):
        """One key; whatever has the focus then is marked and in sight."""
        self.page.keyboard.press(key)
        at = self.page.evaluate(FOCUS, target)
        if at:
            assert at["marked"], f"{self.page.url}: no mark at {at['name']}"
            assert at["seen"], f"{self.page.url}: out of sight: {at['name']}"
        return at

    def activate(self, target):
        self.reach(target)
        link = target.evaluate("node => node.tagName === 'A'")
        self.page.keyboard.press("Enter" if link else "Space")

    def write(self, target, text):
        self.reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def write_date(self, target, day):
        """As text; in a date of the phone the order of the parts is the browser's: a person sees it, we try."""
        if target.get_attribute("type") == "text":
            self.write(target, day.isoformat())
            return
        self.reach(target)
        for digits in (f"{day:%m%d%Y}", f"{day:%d%m%Y}", f"{day:%Y/%m/%d}"):
            self.page.keyboard.type(digits)
            if target.input_value() == day.isoformat():
                return
            while target.evaluate(HAS_FOCUS):
                self.step("Shift+Tab")
            self.reach(target)
        raise AssertionError(f"{target} does not take {day}")

    def select(self, target, option):
        self.reach(target)
        self.page.keyboard.press("Home")
        chosen = "node => node.selectedOptions[0].text.trim()"
        for _ in range(LONGEST):
            if target.evaluate(chosen) == option:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{target} does not offer {option}")

    def tick(self, target):
        """Space; between radio buttons of one group, the arrows."""
        self.reach(target, group=True)
        for _ in range(LONGEST):
            if target.evaluate(HAS_FOCUS):
                break
            self.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            self.page.keyboard.press("Space")
        expect(target).to_be_checked()


def walk(page):
    """Faults of a page for a reader who only has Tab: traps, stops unmarked or out of sight, things not reached."""
    keys, faults = Keyboard(page), []
    wanted = page.evaluate_handle(TABBABLE)
    page.evaluate(
        "() => { document.activeElement.blur(); window.scrollTo(0, 0); window.visited = new Set() }"
    )
    for number in range(LONGEST):
        try:
            reached = keys.step("Tab")
        except AssertionError as error:
            faults.append(str(error))
            continue
        if number == 0:
            assert 'class="skip"' in (reached or {}).get("name", ""), (
                f"{page.url}: first is {reached}"
            )
        if reached is None:
            break
    else:
        faults.append(f"{page.url}: Tab never leaves the page")
    missed = page.evaluate(
        "wanted => wanted.filter((node) => !visited.has(node)).map((node) => node.outerHTML.slice(0, 140))",
        wanted,
    )
    return faults + [f"{page.url}: Tab passes by {name}" for name in missed]


def skip(page):
    """The first stop leads past header and navigation: the next Tab is in the main part."""
    keys = Keyboard(page)
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0) }")
    keys.step("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    keys.step("Tab")
    return page.evaluate("document.querySelector('main').contains(document.activeElement)")
