// The people, conversations and messages of the FakeEngine, and what its methods do to them.
import type { Account, Contact, Conversation, Message, Offer, Request } from '../../src/api/types'
import { EngineError } from '../../src/engine/error'

export type Json = Record<string, any>

const relay = 'relay.example'

export class World {
    me: Account = {
        account: 'me0000000000000000000000000000000000000000000000000a',
        device: 'd1',
        name: 'Mara',
        address: `mara@${relay}`,
        link: 'mayfly:ATML_fXV3mp6DXclTlF_6NCkwOvUmpNlEAf_kfq-8HW5QEVAQzEyNy4wLjAuMTo3MzMzI2NvbTRl',
        relays: [relay]
    }
    contacts: Contact[] = []
    requests: Request[] = []
    offers: Offer[] = []
    conversations: Conversation[] = []
    messages: Message[] = []
    members = new Map<string, Json[]>()
    devices: Json[] = [
        { id: 'd1', name: 'Browser', this: true, revoked: false, added_at: Date.now() - 9e8 },
        { id: 'd2', name: 'Telefon', this: false, revoked: false, added_at: Date.now() - 3e8 },
        { id: 'd3', name: '', this: false, revoked: true, added_at: Date.now() - 8e8 }
    ]
    avatars = new Map<string, string>()
    drafts = new Map<string, string>()
    handles = new Map<string, string>()
    sizes = new Map<string, number>()
    tell: (name: string, params: object) => void = () => {}
    // Nothing leaves while this is so.
    offline = false
    private next = 1

    id(): string {
        return `m${String(this.next++).padStart(9, '0')}`
    }

    person(account: string, name: string, more: Partial<Contact> = {}): Conversation {
        const conversation = `c-${account}`
        this.contacts.push({
            account,
            conversation,
            name,
            handle: `${account}@${relay}`,
            established: true,
            verified: false,
            blocked: false,
            alarm: '',
            ...more
        })
        return this.add({
            conversation,
            kind: 'direct',
            title: name,
            contact: account,
            member_count: 2
        })
    }

    add(conversation: Partial<Conversation>): Conversation {
        const whole: Conversation = {
            conversation: `c-${this.id()}`,
            kind: 'group',
            title: '',
            topic: '',
            member_count: 1,
            joining: false,
            join_wait: '',
            waiting_devices: 0,
            closed: false,
            is_moderator: true,
            may_write: true,
            expire_seconds: 518400,
            expire_seconds_max: 31536000,
            burn_seconds: 0,
            burn_seconds_max: 0,
            receipts: false,
            typing: false,
            moderators_write_only: false,
            has_avatar: false,
            archived: false,
            pinned: false,
            muted_until: 0,
            ...conversation
        }
        this.conversations.push(whole)
        return whole
    }

    // A message that is there already.
    say(
        conversation: Conversation,
        sender: string,
        text: string,
        more: Partial<Message> = {}
    ): Message {
        const sent_at = more.sent_at ?? Date.now()
        const message: Message = {
            id: this.id(),
            conversation: conversation.conversation,
            sender,
            handle: '',
            text,
            sent_at,
            expires_at: sent_at + 518400_000,
            burn_seconds: 0,
            state: sender === this.me.account ? 'sent' : 'opened',
            content: 'text',
            verified: false,
            ...more
        }
        this.messages.push(message)
        return message
    }

    // One that arrives now.
    arrive(
        conversation: Conversation,
        sender: string,
        text: string,
        more: Partial<Message> = {}
    ): Message {
        const message = this.say(conversation, sender, text, { state: 'received', ...more })
        this.tell('message', { message })
        return message
    }

    find(id: string): Message {
        const message = this.messages.find((one) => one.id === id)
        if (!message) throw new EngineError('unknown_message', 'no such message')
        return message
    }

    end(id: string): void {
        this.messages = this.messages.filter((one) => one.id !== id)
        this.tell('gone', { id })
    }

    private send(params: Json, more: Partial<Message>): Json {
        const conversation = this.conversations.find((one) => one.conversation === params.who)
        if (!conversation) throw new EngineError('unknown_conversation', 'no such conversation')
        const now = Date.now()
        const message = this.say(conversation, this.me.account, params.text ?? '', {
            expires_at: now + (params.expire_seconds ?? 518400) * 1000,
            burn_seconds: params.burn_seconds ?? 0,
            state: this.offline ? 'queued' : 'sent',
            ...(params.reply_to && { reply_to: params.reply_to }),
            ...more
        })
        return { id: message.id, conversation: message.conversation }
    }

    private sent_file(params: Json, more: Partial<Message>): Json {
        const answer = this.send(params, more)
        this.handles.set(answer.id, params.file)
        return answer
    }

    private contact(who: string): Contact {
        const found = this.contacts.find((one) => one.account === who || one.conversation === who)
        if (!found) throw new EngineError('unknown_contact', 'no such contact')
        return found
    }

    private local(field: 'archived' | 'pinned' | 'muted_until'): (params: Json) => Json {
        return (params) => {
            const one = this.conversations.find((found) => found.conversation === params.who)
            const value = field === 'muted_until' ? (params.until ?? 9e15) : params.on
            if (one) Object.assign(one, { [field]: value })
            return {}
        }
    }

    readonly methods: Record<string, (params: Json) => unknown> = {
        whoami: () => this.me,
        'contact.list': () => ({ contacts: this.contacts }),
        'contact.requests': () => ({ requests: this.requests }),
        conversations: () => ({ conversations: this.conversations }),
        'group.offers': () => ({ offers: this.offers }),
        messages: ({ who, after, limit }) => {
            const all = this.messages.filter((one) => one.conversation === who)
            const from = after ? all.findIndex((one) => one.id === after) + 1 : 0
            const page = all.slice(from, from + (limit ?? 100))
            return { messages: page, more: from + page.length < all.length }
        },
        message: ({ id }) => this.find(id),
        ack: () => ({}),
        open: ({ id }) => {
            const message = this.find(id)
            if (message.state !== 'received') return message
            message.state = 'opened'
            if (message.burn_seconds > 0) {
                message.expires_at = Date.now() + message.burn_seconds * 1000
                setTimeout(() => this.end(id), message.burn_seconds * 1000)
            }
            return message
        },
        burn: ({ id }) => (this.end(id), { id }),
        recall: ({ id }) => (this.end(id), { id }),
        withdraw: ({ id }) => (this.end(id), { id, withdrawn: true }),
        send: (params) => this.send(params, {}),
        edit: ({ id, text }) => (Object.assign(this.find(id), { text, edited: true }), { id }),
        react: ({ id, emoji, remove }) => {
            const message = this.find(id)
            const list = (message.reactions ?? []).map((one) => ({
                emoji: one.emoji,
                by: one.by.filter((who) => one.emoji !== emoji || who !== this.me.account)
            }))
            const same = list.find((one) => one.emoji === emoji)
            if (!remove && same) same.by.push(this.me.account)
            if (!remove && !same) list.push({ emoji, by: [this.me.account] })
            message.reactions = list.filter((one) => one.by.length > 0)
            return { id }
        },
        poll: (params) =>
            this.send(params, {
                content: 'poll',
                poll: {
                    question: params.question,
                    options: params.options,
                    counts: params.options.map(() => 0),
                    voters: 0,
                    multiple: params.multiple ?? false,
                    closes_at: params.closes_at ?? 0,
                    closed: false,
                    own_choices: []
                }
            }),
        vote: ({ id, choices }) => {
            const poll = this.find(id).poll
            if (!poll) return { id }
            for (const choice of poll.own_choices) poll.counts[choice - 1]!--
            for (const choice of choices) poll.counts[choice - 1]!++
            poll.voters += Math.sign(choices.length) - Math.sign(poll.own_choices.length)
            poll.own_choices = choices
            return { id }
        },
        location: (params) => this.send(params, { content: 'location', location: params as any }),
        send_file: (params) =>
            this.sent_file(params, {
                content: 'file',
                file_name: params.name,
                file_type: params.type,
                file_size: this.sizes.get(params.file) ?? 0
            }),
        send_voice: (params) =>
            this.sent_file(params, {
                content: 'voice',
                file_type: 'audio/ogg',
                duration_ms: params.duration_ms
            }),
        download: ({ id }) => ({ handle: this.handles.get(id) }),
        typing: () => ({}),
        draft: ({ who, text }) => {
            if (text !== undefined) this.drafts.set(who, text)
            return { conversation: who, text: this.drafts.get(who) ?? '' }
        },
        card: (params) => {
            const name = this.contact(params.other).name
            return this.send(params, { content: 'card', card: { name, link: this.me.link } })
        },
        'account.delete': () => ({ account: this.me.account }),
        settings: ({ who, ...change }) => {
            const one = this.conversations.find((found) => found.conversation === who)
            if (one) Object.assign(one, change)
            return {}
        },
        mute: this.local('muted_until'),
        archive: this.local('archived'),
        pin: this.local('pinned'),
        'contact.add': ({ address }) => {
            const name = String(address).replace(/@.*$/, '')
            if (name === 'nobody') throw new EngineError('unknown_record', 'nobody')
            this.person(name, '', { established: false })
            return this.contact(name)
        },
        'contact.accept': ({ id }) => {
            const request = this.requests.find((one) => one.id === id)
            if (!request) throw new EngineError('unknown_request', 'gone')
            this.requests = this.requests.filter((one) => one !== request)
            this.person(request.account, request.name)
            return this.contact(request.account)
        },
        'contact.remove': ({ who }) => {
            this.requests = this.requests.filter((one) => one.account !== who)
            this.contacts = this.contacts.filter((one) => one.account !== who)
            this.conversations = this.conversations.filter((one) => one.contact !== who)
            return { account: who }
        },
        'contact.safety_number': ({ who }) => ({
            account: who,
            digits: '48213 90017 55320 11984 70021 36648 20917 58113 00642 93315 77108 42690',
            code: 'mayfly-safety:1:482139001755320119847002136648209175811300642933157710842690'
        }),
        'contact.verify': ({ who, number, undo }) => {
            if (undo) return ((this.contact(who).verified = false), {})
            if (!String(number).replace(/\D/g, '').includes('48213900175532'))
                throw new EngineError('safety_number_differs', 'differs')
            this.contact(who).verified = true
            return {}
        },
        'contact.block': ({ who }) => {
            this.requests = this.requests.filter((one) => one.account !== who)
            const found = this.contacts.find((one) => one.account === who)
            if (found) found.blocked = true
            return {}
        },
        'contact.unblock': ({ who }) => ((this.contact(who).blocked = false), {}),
        report: () => ({ report: 'mayfly-report:AAAA' }),
        'group.create': (params) => {
            const made = this.add({
                kind: params.room ? 'room' : 'group',
                title: params.name,
                topic: params.topic ?? '',
                expire_seconds: params.expire_seconds,
                burn_seconds: params.burn_seconds
            })
            return { conversation: made.conversation }
        },
        'group.change': ({ group, ...change }) => {
            const one = this.conversations.find((found) => found.conversation === group)
            if (one) Object.assign(one, change, change.name && { title: change.name })
            return { conversation: group }
        },
        'group.members': ({ group }) => ({ members: this.members.get(group) ?? [] }),
        'group.invite': ({ group }) => ({ conversation: group }),
        'group.remove': ({ group, who }) => {
            const left = (this.members.get(group) ?? []).filter((one) => one.account !== who)
            this.members.set(group, left)
            return { conversation: group }
        },
        'group.moderator': ({ group, who, on }) => this.member(group, who, { is_moderator: on }),
        'group.reader': ({ group, who, on }) =>
            this.member(group, who, { is_reader: on, may_write: !on }),
        'group.avatar': ({ group }) => ({ avatar: this.avatars.get(group) ?? '' }),
        'group.link': () => ({ link: `mayfly-group:${'A1b2C3d4'.repeat(30)}` }),
        'group.join': () => ({}),
        'group.accept': ({ offer }) => {
            const found = this.offers.find((one) => one.conversation === offer)
            this.offers = this.offers.filter((one) => one !== found)
            if (found) this.add({ conversation: offer, title: found.name, joining: true })
            return { conversation: offer }
        },
        'group.decline': ({ offer }) => {
            this.offers = this.offers.filter((one) => one.conversation !== offer)
            return { conversation: offer }
        },
        'group.leave': ({ group }) => {
            this.conversations = this.conversations.filter((one) => one.conversation !== group)
            return { conversation: group }
        },
        'device.list': () => ({ devices: this.devices }),
        'device.add': () => {
            setTimeout(() => this.tell('device_met', { code: '482913' }), 200)
            return {}
        },
        'device.confirm': () => ({}),
        'device.cancel': () => ({}),
        'device.name': ({ device, name }) => {
            const found = this.devices.find((one) => one.id === device)
            if (found) found.name = name
            return found
        },
        'device.revoke': ({ device }) => {
            const found = this.devices.find((one) => one.id === device)
            if (found) found.revoked = true
            return { id: device }
        }
    }

    private member(group: string, who: string, change: Json): Json {
        const found = this.members.get(group)?.find((one) => one.account === who)
        if (found) Object.assign(found, change)
        return { conversation: group }
    }
}
