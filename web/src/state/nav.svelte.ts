// What is on the screen: a conversation, and dialogs above it. The browser's own way back works,
// and nothing of a conversation is in an address or in the history.

export type DialogName =
    | 'new'
    | 'scan'
    | 'share'
    | 'group'
    | 'settings'
    | 'devices'
    | 'passphrase'
    | 'duress'
    | 'requests'
    | 'contact'
    | 'members'
    | 'image'
    | 'poll'
    | 'card'
    | 'kit'

export type Screen =
    | { kind: 'conversation'; id: string }
    | { kind: 'dialog'; name: DialogName; value?: string; file?: Blob }

class Nav {
    stack = $state.raw<Screen[]>([])
    // A message to go to in the conversation that is open: of a search or a quote.
    target = $state<string | null>(null)

    conversation = $derived.by(() => {
        const first = this.stack[0]
        return first?.kind === 'conversation' ? first.id : null
    })
    dialogs = $derived(this.stack.filter((screen) => screen.kind === 'dialog'))

    // How many entries of the browser's history are ours: as many as the stack has screens, but
    // while the browser goes back, which takes effect a little later.
    private depths = 0
    private goal: number | null = null
    // What was asked for meanwhile.
    private after: (() => void)[] = []

    start(): () => void {
        history.replaceState({ depth: 0 }, '')
        const back = (event: PopStateEvent) => {
            const depth = Number(event.state?.depth ?? 0)
            this.depths = depth
            this.stack = this.stack.slice(0, depth)
            if (this.goal === null || depth > this.goal) return
            this.goal = null
            for (const work of this.after.splice(0)) work()
        }
        window.addEventListener('popstate', back)
        return () => window.removeEventListener('popstate', back)
    }

    // In the place of all that is open.
    open(id: string, target: string | null = null): void {
        if (this.depths > 1) this.goTo(1)
        if (this.goal !== null) return void this.after.push(() => this.open(id, target))
        this.target = target
        this.stack = [{ kind: 'conversation', id }]
        if (this.depths === 0) history.pushState({ depth: 1 }, '')
        this.depths = 1
    }

    dialog(name: DialogName, value?: string, file?: Blob): void {
        if (this.goal !== null) return void this.after.push(() => this.dialog(name, value, file))
        this.stack = [...this.stack, { kind: 'dialog', name, value, file }]
        this.depths = this.stack.length
        history.pushState({ depth: this.depths }, '')
    }

    back(): void {
        const top = this.stack.at(-1)
        if (top) this.close(top)
    }

    // With what lies above it, and once: a dialog may close by itself after a person has closed it.
    close(screen: Screen): void {
        const depth = this.stack.indexOf(screen)
        if (depth >= 0) this.goTo(depth)
    }

    // From a dialog to another in its place.
    instead(name: DialogName, value?: string): void {
        this.stack = [...this.stack.slice(0, -1), { kind: 'dialog', name, value }]
    }

    clear(): void {
        this.stack = []
        this.depths = 0
        this.goal = null
        this.after = []
        this.target = null
        history.replaceState({ depth: 0 }, '')
    }

    private goTo(depth: number): void {
        this.stack = this.stack.slice(0, depth)
        const steps = depth - (this.goal ?? this.depths)
        // A fragment in the address made an entry that is not ours.
        if (steps >= 0 || history.state?.depth !== this.depths) return
        this.goal = depth
        history.go(steps)
    }
}

export const nav = new Nav()
