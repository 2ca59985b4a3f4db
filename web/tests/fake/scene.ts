// A world to look at: somebody's week, with one of everything that the interface can show.
import { World } from './world'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

// A picture of eight pixels by eight.
const chequered =
    'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAHElEQVR42mNQSCiAowcFCnDEQEUJZA6yIipKAADA' +
    'e0wBkUyGUwAAAABJRU5ErkJggg'

export function scene(): World {
    const world = new World()
    const now = Date.now()
    const me = world.me.account
    const ines = world.person('ines', 'Inês Ribeiro', { verified: true })
    const tom = world.person('tom', 'Tom')
    const lena = world.person('lena', 'Lena Vogt')
    world.person('oskar', 'Oskar', { established: false })
    Object.assign(ines, { pinned: true, receipts: true, typing: true })
    const climbers = world.add({
        conversation: 'c-climbers',
        title: 'Kletterhalle',
        topic: 'Samstags um zehn',
        member_count: 5,
        is_moderator: true,
        has_avatar: true
    })
    world.avatars.set(climbers.conversation, chequered)
    const news = world.add({
        conversation: 'c-news',
        kind: 'room',
        title: 'Redaktion',
        topic: 'Quellen und Termine',
        member_count: 12,
        is_moderator: false,
        may_write: false
    })
    for (const group of [climbers, news]) {
        world.members.set(
            group.conversation,
            [
                [me, 'Mara', true],
                ['tom', 'Tom', false],
                ['lena', 'Lena Vogt', false],
                ['yusuf', 'Yusuf', false],
                ['priya', 'Priya', false]
            ].map(([account, name, moderator], i) => ({
                account,
                name,
                handle: `${account}@relay.example`,
                device_count: 1,
                is_self: account === me,
                is_moderator: moderator,
                may_write: i < 4
            }))
        )
    }

    const at = (ago: number) => ({ sent_at: now - ago })
    const read = [{ account: 'ines', delivered_at: now - day, read_at: now - day + hour }]
    world.say(
        ines,
        'ines',
        'Bist du morgen beim Fluss? Die **Eintagsfliegen** schlüpfen gerade.',
        at(26 * hour)
    )
    const asked = world.say(
        ines,
        me,
        'Ja! Gegen acht, wenn das Licht tief steht. Bringst du die Kamera mit?',
        {
            ...at(25.9 * hour),
            receipts: read,
            reactions: [{ emoji: '❤️', by: ['ines'] }]
        }
    )
    world.say(ines, 'ines', 'Klar. Treffpunkt ist hier:', {
        ...at(25.5 * hour),
        reply_to: asked.id
    })
    world.say(ines, 'ines', '', {
        ...at(25.48 * hour),
        content: 'location',
        location: {
            latitude: '52.516300',
            longitude: '13.377700',
            accuracy_m: 12,
            label: 'Steg am Alten Wehr'
        }
    })
    world.say(ines, me, '🎉', { ...at(3 * hour), receipts: read })
    world.say(
        ines,
        me,
        'Die Aufnahmen vom letzten Jahr habe ich noch: https://example.org/album.',
        {
            ...at(2 * hour),
            receipts: read,
            edited: true
        }
    )
    world.say(ines, 'ines', '', {
        ...at(40 * minute),
        content: 'poll',
        poll: {
            question: 'Was nehmen wir mit?',
            options: ['Thermoskanne', 'Klappstühle', 'Beides'],
            counts: [1, 0, 2],
            voters: 3,
            multiple: false,
            closes_at: 0,
            closed: false,
            own_choices: [3]
        }
    })
    world.say(ines, me, 'Der Code fürs Tor ist 4711#', {
        ...at(6 * minute),
        burn_seconds: 30,
        receipts: [{ account: 'ines', delivered_at: now, read_at: 0 }]
    })
    world.say(ines, 'ines', 'Nur für dich', {
        ...at(4 * minute),
        burn_seconds: 15,
        state: 'received'
    })
    world.say(ines, 'ines', 'Bis gleich!', {
        sent_at: now - 3 * minute,
        expires_at: now + 50 * minute
    })

    world.say(tom, 'tom', 'Hast du den Artikel gelesen?', { ...at(5 * hour), state: 'received' })
    world.say(tom, 'tom', 'Ich finde, die dritte Quelle trägt nicht.', {
        ...at(4.9 * hour),
        state: 'received'
    })
    world.say(lena, me, 'Danke für gestern 🙏', at(2 * day))
    world.say(climbers, 'yusuf', 'Wer ist am Samstag dabei?', at(7 * hour))
    world.say(climbers, 'priya', 'Ich! Und ich bringe eine Freundin mit.', {
        ...at(6.9 * hour),
        reactions: [
            { emoji: '👍', by: ['yusuf', me, 'tom'] },
            { emoji: '🔥', by: ['tom'] }
        ]
    })
    world.say(climbers, me, 'Dabei. Reserviere ich die Bahn?', at(6.5 * hour))
    world.say(climbers, 'tom', 'Ja bitte, @mara, zwei Stunden. @priya bringt Kreide mit.', {
        ...at(6.4 * hour),
        mentions: [
            { start: 10, length: 5, account: me },
            { start: 31, length: 6, account: 'priya' }
        ]
    })
    world.say(
        news,
        'lena',
        '> Termin verschoben\nNeu: *Donnerstag*, 14 Uhr.\n- Raum 3\n- `Signal` bleibt aus',
        at(day)
    )

    world.requests.push({
        id: 'r1',
        account: 'noor',
        conversation: 'c-noor',
        name: 'Noor',
        handle: 'noor@anderes-relay.example',
        received_at: now - 20 * minute,
        handle_is_anothers: false
    })
    world.offers.push({
        conversation: 'c-offer',
        from: 'tom',
        from_name: 'Tom',
        name: 'Lesekreis',
        is_room: false,
        member_count: 7,
        hub: 'relay.example',
        received_at: now - hour,
        expires_at: now + 20 * day
    })
    return world
}

// So many messages in one conversation: for the list's speed.
export function crowd(count: number): World {
    const world = new World()
    const one = world.person('ines', 'Inês Ribeiro')
    const now = Date.now()
    for (let i = 0; i < count; i++) {
        const text = `Nachricht ${i} ${'und noch ein paar Worte '.repeat(i % 7)}`
        world.say(one, i % 3 ? 'ines' : world.me.account, text, {
            sent_at: now - (count - i) * 40_000
        })
    }
    return world
}
