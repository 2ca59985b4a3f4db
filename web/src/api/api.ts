// The RPC with its types, and what this core can do: the interface shows nothing else.
import type { Engine } from '../engine/engine'
import { known } from './generated_known'
import type { Methods } from './generated_methods'

export type Known = Readonly<Record<string, readonly string[]>>

export interface Features {
    reply: boolean
    react: boolean
    edit: boolean
    poll: boolean
    location: boolean
    card: boolean
    typing: boolean
    settings: boolean
    mute: boolean
    archive: boolean
    pin: boolean
    verify: boolean
    block: boolean
    report: boolean
    files: boolean
    voice: boolean
    deleteAccount: boolean
    draft: boolean
    renameSelf: boolean
    moderator: boolean
    reader: boolean
    limits: boolean
    avatar: boolean
    push: boolean
}

// Methods that some cores have and this build's schema may not know yet.
export const method_names = {
    react: 'react',
    edit: 'edit',
    poll: 'poll',
    vote: 'vote',
    location: 'location',
    draft: 'draft',
    card: 'card',
    typing: 'typing',
    settings: 'settings',
    mute: 'mute',
    archive: 'archive',
    pin: 'pin',
    safety_number: 'contact.safety_number',
    verify: 'contact.verify',
    block: 'contact.block',
    unblock: 'contact.unblock',
    report: 'report',
    send_file: 'send_file',
    send_voice: 'send_voice',
    download: 'download',
    moderator: 'group.moderator',
    reader: 'group.reader',
    avatar: 'group.avatar',
    delete_account: 'account.delete'
} as const

export class Api {
    readonly features: Features

    constructor(
        private readonly engine: Engine,
        private readonly methods: Known = known
    ) {
        this.features = this.featuresFound()
    }

    has(method: string, parameter?: string): boolean {
        const parameters = this.methods[method]
        return parameters !== undefined && (!parameter || parameters.includes(parameter))
    }

    async call<M extends keyof Methods>(
        method: M,
        params: Methods[M]['params']
    ): Promise<Methods[M]['result']> {
        return (await this.engine.call(method, params)) as Methods[M]['result']
    }

    async optional(name: keyof typeof method_names, params: object): Promise<any> {
        return await this.engine.call(method_names[name], params)
    }

    private featuresFound(): Features {
        const can = (name: keyof typeof method_names) => this.has(method_names[name])
        const moves_files = this.engine.putFile !== undefined && this.engine.getFile !== undefined
        return {
            reply: this.has('send', 'reply_to'),
            react: can('react'),
            edit: can('edit'),
            poll: can('poll') && can('vote'),
            location: can('location'),
            card: can('card'),
            typing: can('typing'),
            settings: can('settings'),
            mute: can('mute'),
            archive: can('archive'),
            pin: can('pin'),
            verify: can('verify') && can('safety_number'),
            block: can('block'),
            report: can('report'),
            files: moves_files && can('send_file') && can('download'),
            voice: moves_files && can('send_voice') && can('download'),
            deleteAccount: can('delete_account'),
            draft: can('draft'),
            renameSelf: this.has('account.name'),
            moderator: can('moderator'),
            reader: can('reader'),
            limits: this.has('group.change', 'expire_seconds_max'),
            avatar: this.has('group.change', 'avatar') && can('avatar'),
            push: this.has('push.set')
        }
    }
}
