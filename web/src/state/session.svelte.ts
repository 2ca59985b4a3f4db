// An account that is open: contacts, conversations and messages as the core has them, kept up to
// date by its events.
import { SvelteMap } from 'svelte/reactivity'
import type { Api } from '../api/api'
import {
    shown,
    type Account,
    type Contact,
    type Conversation,
    type Member,
    type Message,
    type Offer,
    type Request
} from '../api/types'
import type { Engine } from '../engine/engine'
import { short_handle } from '../lib/handle'
import { word_of, type Person } from '../lib/mentions'
import { picture_from } from '../lib/picture'
import { nav } from './nav.svelte'
import { is_worth_telling, notify, unnotify } from './notify'
import { pushes } from './push.svelte'
import { Thread } from './thread.svelte'

// `messages` gives so many at a time.
const page_size = 1000
const sweep_ms = 1000
const typing_ms = 10_000
const ack_delay_ms = 50
// Notifications that say that lists are others now.
const refreshing = ['request', 'offer', 'trust_alarm', 'contact_changed']

export class Session {
    me = $state.raw<Account | null>(null)
    contacts = $state.raw<Contact[]>([])
    conversations = $state.raw<Conversation[]>([])
    requests = $state.raw<Request[]>([])
    offers = $state.raw<Offer[]>([])
    connected = $state(true)
    ready = $state(false)
    pairing_code = $state<string | null>(null)
    revoked = $state(false)
    // Counts the changes of our own devices.
    devices_changed = $state(0)
    progress = new SvelteMap<string, number>()
    pictures = new SvelteMap<string, string>()
    threads = new SvelteMap<string, Thread>()
    unread = $derived.by(() => {
        let count = 0
        for (const thread of this.threads.values()) count += thread.unread
        return count
    })

    private names = $derived(new Map(this.contacts.map((contact) => [contact.account, contact])))
    private people = new SvelteMap<string, string>()
    private members = new SvelteMap<string, Member[]>()
    private unacknowledged: string[] = []
    private ack_timer = 0
    private sweeper = 0
    private ends: (() => void)[] = []

    constructor(
        readonly api: Api,
        engine: Engine
    ) {
        this.ends.push(engine.onEvent((name, params) => this.event(name, params)))
        this.sweeper = window.setInterval(() => this.sweep(), sweep_ms)
    }

    close(): void {
        for (const end of this.ends) end()
        window.clearInterval(this.sweeper)
        window.clearTimeout(this.ack_timer)
    }

    async load(): Promise<void> {
        const who = this.api.call('whoami', {}).then((me) => (this.me = me))
        await Promise.all([who, this.refresh()])
        this.ready = true
        for (const conversation of this.conversations) {
            await this.loadThread(conversation.conversation)
        }
    }

    async refresh(): Promise<void> {
        const [contacts, conversations, requests, offers] = await Promise.all([
            this.api.call('contact.list', {}),
            this.api.call('conversations', {}),
            this.api.call('contact.requests', {}),
            this.api.call('group.offers', {})
        ])
        this.contacts = contacts.contacts
        this.conversations = conversations.conversations
        this.requests = requests.requests
        this.offers = offers.offers
        const alive = new Set(this.conversations.map((one) => one.conversation))
        for (const id of this.threads.keys()) if (!alive.has(id)) this.threads.delete(id)
        for (const id of alive) this.thread(id)
        for (const one of this.conversations) {
            if (one.kind !== 'direct' && !this.threads.get(one.conversation)?.loaded) {
                void this.learnNames(one.conversation)
                void this.learnPicture(one)
            }
        }
    }

    thread(id: string): Thread {
        let thread = this.threads.get(id)
        if (!thread) {
            thread = new Thread()
            this.threads.set(id, thread)
        }
        return thread
    }

    async loadThread(id: string): Promise<void> {
        const thread = this.thread(id)
        if (thread.loaded) return
        await this.loadAfter(id, undefined)
        thread.loaded = true
    }

    // What is new behind the last message we know: also what we have just sent.
    async loadTail(id: string): Promise<void> {
        await this.loadAfter(id, this.thread(id).last?.id)
    }

    conversation(id: string): Conversation | undefined {
        return this.conversations.find((one) => one.conversation === id)
    }

    contact(account: string): Contact | undefined {
        return this.names.get(account)
    }

    isMine(message: Message): boolean {
        return message.sender === this.me?.account
    }

    nameOf(account: string): string {
        const contact = this.names.get(account)
        if (contact?.name) return contact.name
        if (contact?.handle) return short_handle(contact.handle)
        return this.people.get(account) ?? account.slice(0, 8)
    }

    titleOf(conversation: Conversation): string {
        if (conversation.contact) return this.nameOf(conversation.contact)
        return conversation.title || conversation.conversation.slice(0, 8)
    }

    // Whom one may name in a conversation, by the words that the core knows them by.
    mentionable(conversation: Conversation): Person[] {
        const contact = this.contact(conversation.contact ?? '')
        const others = contact ? [contact] : (this.members.get(conversation.conversation) ?? [])
        return others
            .filter((one) => one.account !== this.me?.account)
            .map((one) => ({
                account: one.account,
                name: this.nameOf(one.account),
                word: word_of(one.name, one.handle)
            }))
            .filter((one) => one.word !== '')
    }

    // Where there is none, the address is the link.
    get ownHandle(): string {
        const address = this.me?.address ?? ''
        return address.includes('@') ? address : ''
    }

    get ownName(): string {
        return this.me?.name || short_handle(this.ownHandle)
    }

    async learnNames(id: string): Promise<void> {
        try {
            const { members } = await this.api.call('group.members', { group: id })
            this.members.set(id, members as Member[])
            for (const member of members) {
                const name = member.name || short_handle(member.handle)
                if (name) this.people.set(member.account, name)
            }
        } catch {
            // A group that we have just left has no members to ask for.
        }
    }

    private async learnPicture(conversation: Conversation): Promise<void> {
        const id = conversation.conversation
        if (!this.api.features.avatar) return
        if (!conversation.has_avatar) return void this.pictures.delete(id)
        try {
            const { avatar } = await this.api.optional('avatar', { group: id })
            const picture = picture_from(avatar)
            if (picture) this.pictures.set(id, picture)
            else this.pictures.delete(id)
        } catch {
            // We have left it meanwhile.
        }
    }

    async refreshMessage(id: string): Promise<void> {
        try {
            const message = shown((await this.api.call('message', { id })) as Message)
            this.thread(message.conversation).put([message])
        } catch {
            // It has ended meanwhile; `gone` says so.
        }
    }

    async open(message: Message): Promise<void> {
        const opened = shown((await this.api.call('open', { id: message.id })) as Message)
        const thread = this.thread(message.conversation)
        thread.put([opened])
        this.hideNotifications(message.conversation)
    }

    async refreshQueued(): Promise<void> {
        for (const thread of this.threads.values()) {
            for (const message of thread.messages) {
                if (message.state === 'queued') await this.refreshMessage(message.id)
            }
        }
    }

    private async loadAfter(id: string, after: string | undefined): Promise<void> {
        const thread = this.thread(id)
        for (let more = true; more;) {
            const page = await this.api.call('messages', {
                who: id,
                limit: page_size,
                ...(after ? { after } : {})
            })
            thread.put((page.messages as Message[]).map(shown))
            after = page.messages.at(-1)?.id ?? after
            more = page.more && page.messages.length > 0
        }
    }

    private event(name: string, params: any): void {
        if (name === 'message') this.arrived(params.message)
        else if (name === 'gone') this.gone(params.id)
        else if (name === 'changed') void this.refreshMessage(params.id)
        else if (name === 'synced') this.synced(params.message)
        else if (name === 'typing') this.typed(params)
        else if (refreshing.includes(name)) this.listsChanged(params.contact)
        else if (name === 'conversation_changed') this.changed(params)
        else if (name === 'device_met') this.pairing_code = params.code
        else if (name === 'device_linked') this.linked()
        else if (name === 'device_revoked') this.shutOut(params.is_this)
        else if (name === 'transfer_progress') this.transferred(params)
        else if (name === 'operation_ended') void this.refreshQueued()
        else if (name === 'caught_up') void this.caughtUp()
        else if (name === 'lost') void this.reload()
    }

    private arrived(message: Message): void {
        if (!this.conversation(message.conversation)) void this.refresh()
        const thread = this.thread(message.conversation)
        thread.put([shown(message)])
        const conversation = this.conversation(message.conversation)
        if (is_worth_telling(message, conversation, this.isMine(message), Date.now()))
            void notify(message).catch(() => {})
        thread.typing = thread.typing.filter((account) => account !== message.sender)
        this.unacknowledged.push(message.id)
        if (this.unacknowledged.length > 1) return
        this.ack_timer = window.setTimeout(() => {
            const ids = this.unacknowledged.splice(0, 1000)
            void this.api.call('ack', { ids }).catch(() => this.unacknowledged.push(...ids))
        }, ack_delay_ms)
    }

    // Another device of ours wrote it, or gave it with its history.
    private synced(message: Message): void {
        if (!this.conversation(message.conversation)) void this.refresh()
        this.thread(message.conversation).put([shown(message)])
    }

    private gone(id: string): void {
        for (const [conversation, thread] of this.threads) {
            if (!thread.find(id)) continue
            thread.end([id], nav.conversation === conversation)
            this.hideNotifications(conversation)
            return
        }
    }

    private sweep(): void {
        const time = Date.now()
        for (const [conversation, thread] of this.threads) {
            if (thread.next_end > time) continue
            const ended = thread.messages.filter((message) => message.expires_at <= time)
            thread.end(
                ended.map((message) => message.id),
                nav.conversation === conversation
            )
        }
    }

    // A contact that is ourselves: our devices are others.
    private listsChanged(contact: unknown): void {
        if (contact === this.me?.account) this.devices_changed++
        void this.refresh()
    }

    private typed(params: { conversation: string; who: string; active: boolean }): void {
        const thread = this.thread(params.conversation)
        const others = thread.typing.filter((account) => account !== params.who)
        thread.typing = params.active ? [...others, params.who] : others
        if (!params.active) return
        window.setTimeout(() => {
            thread.typing = thread.typing.filter((account) => account !== params.who)
        }, typing_ms)
    }

    private changed(params: { conversation: string }): void {
        void this.refresh().then(() => {
            const conversation = this.conversation(params.conversation)
            if (conversation && conversation.kind !== 'direct') void this.learnPicture(conversation)
            void this.learnNames(params.conversation)
        })
    }

    private linked(): void {
        this.pairing_code = null
        void this.refresh()
    }

    private transferred(params: { id: string; done: number; size: number }): void {
        if (params.done >= params.size) this.progress.delete(params.id)
        else this.progress.set(params.id, params.size > 0 ? params.done / params.size : 0)
    }

    private shutOut(is_this: boolean): void {
        this.devices_changed++
        if (!is_this) return
        this.revoked = true
        void pushes.leave().catch(() => {})
    }

    private hideNotifications(conversation: string): void {
        if (this.thread(conversation).unread === 0) void unnotify(conversation).catch(() => {})
        if (this.unread === 0) void pushes.hide().catch(() => {})
    }

    private async caughtUp(): Promise<void> {
        // Each connection to a relay ends with it, also the first one to a new relay.
        void pushes.reconcile(this.api).catch(() => {})
        await this.refresh()
        await this.refreshQueued()
    }

    private async reload(): Promise<void> {
        await this.refresh()
        for (const id of this.threads.keys()) await this.loadAfter(id, undefined)
    }
}
