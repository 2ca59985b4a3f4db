import { beforeEach, expect, test } from 'vitest'

// A browser's history: what goes back arrives later.
class Past {
    entries: { depth: number }[] = [{ depth: 0 }]
    at = 0
    due: (() => void)[] = []
    listener: (event: { state: unknown }) => void = () => {}

    get state() {
        return this.entries[this.at]
    }
    replaceState(state: { depth: number }) {
        this.entries[this.at] = state
    }
    back() {
        this.go(-1)
    }
    pushState(state: { depth: number }) {
        this.entries = [...this.entries.slice(0, this.at + 1), state]
        this.at++
    }
    go(steps: number) {
        this.due.push(() => {
            this.at = Math.max(0, this.at + steps)
            this.listener({ state: this.state })
        })
    }
    arrive() {
        for (const one of this.due.splice(0)) one()
    }
}

let past: Past
let nav: typeof import('../../src/state/nav.svelte').nav

beforeEach(async () => {
    past = new Past()
    const window = {
        addEventListener: (_: string, listener: typeof past.listener) => (past.listener = listener)
    }
    Object.assign(globalThis, { history: past, window })
    nav = (await import('../../src/state/nav.svelte')).nav
    nav.clear()
    nav.start()
})

test('nobody_goes_back_further_than_to_the_beginning', () => {
    nav.open('c')
    nav.dialog('settings')
    nav.back()
    past.arrive()
    expect(nav.stack).toEqual([{ kind: 'conversation', id: 'c' }])
    nav.back()
    nav.back()
    past.arrive()
    expect(nav.stack).toEqual([])
    expect(past.state).toEqual({ depth: 0 })
})

test('what_is_opened_while_the_browser_goes_back_stays', () => {
    nav.dialog('requests')
    nav.back()
    nav.back()
    nav.open('c')
    past.arrive()
    expect(nav.conversation).toBe('c')
    expect(past.state).toEqual({ depth: 1 })
})

test('two_dialogs_close_one_after_the_other', () => {
    nav.open('c')
    nav.dialog('settings')
    nav.dialog('devices')
    nav.back()
    nav.back()
    past.arrive()
    expect(nav.stack).toEqual([{ kind: 'conversation', id: 'c' }])
})

test('what_is_closed_twice_takes_nothing_below_with_it', () => {
    nav.open('c')
    nav.dialog('settings')
    const settings = nav.stack[1]!
    nav.close(settings)
    expect(nav.conversation).toBe('c')
    expect(nav.dialogs).toEqual([])
    nav.close(settings)
    past.arrive()
    nav.close(settings)
    past.arrive()
    expect(nav.stack).toEqual([{ kind: 'conversation', id: 'c' }])
    expect(past.state).toEqual({ depth: 1 })
})

test('from_what_a_dialog_opened_one_step_leads_back', () => {
    for (const under of ['c', null]) {
        if (under) nav.open(under)
        nav.dialog('new')
        nav.dialog('scan')
        nav.open('d')
        past.arrive()
        expect(nav.stack).toEqual([{ kind: 'conversation', id: 'd' }])
        nav.back()
        past.arrive()
        expect(past.state).toEqual({ depth: 0 })
        nav.open('e')
        expect(nav.conversation).toBe('e')
        nav.clear()
        past = Object.assign(past, { entries: [{ depth: 0 }], at: 0 })
    }
})
