//! English.

use super::{Due, Pack};

pub(super) static EN: Pack = Pack {
    code: "en",
    stop: "
        a, able, about, above, across, actually, after, again, against, ago, ahead, all, almost,
        alone, along, already, also, although, always, am, amount, an, and, another, any, anybody,
        anymore, anyone, anything, anyway, are, aren't, around, as, ask, asked, asking, at, away,
        back, bad, basically, be, became, because, become, been, before, begin, behind, being,
        believe, best, better, between, big, bit, both, bring, bunch, but, by, call, called, came,
        can, can't, cannot, case, certain, certainly, clear, clearly, come, comes, coming,
        completely, could, couldn't, couple, course, day, days, definitely, did, didn't, different,
        do, does, doesn't, doing, don't, done, down, during, each, easy, either, else, end, enough,
        especially, even, ever, every, everybody, everyone, everything, exactly, example, far,
        feel, feeling, feels, felt, few, find, fine, first, five, for, found, four, from, front,
        full, fun, gave, get, gets, getting, give, given, gives, giving, go, goes, going, gone,
        gonna, good, got, gotta, great, guess, guy, guys, had, half, happen, happened, happening,
        happens, hard, has, have, haven't, having, he, he'd, he'll, he's, hear, heard, help, helps,
        her, here, here's, hers, herself, him, himself, his, hold, honest, honestly, hope, hour,
        hours, how, how's, however, huge, i, i'd, i'll, i'm, i've, idea, if, important, in, inside,
        instead, interested, interesting, into, is, isn't, it, it'd, it'll, it's, its, itself,
        just, keep, kind, knew, know, knowing, known, knows, last, late, later, lately, least,
        left, less, let, let's, lets, like, likely, line, literally, little, long, longer, look,
        looked, looking, looks, lot, lots, love, made, main, make, makes, making, many, matter,
        matters, may, maybe, me, mean, means, meant, mentioned, might, mind, mine, minute, minutes,
        month, months, moment, more, morning, most, mostly, much, must, my, myself, name, near,
        nearly, need, needed, needs, never, new, next, nice, no, nobody, none, nor, not, nothing,
        notice, now, number, obviously, of, off, often, old, on, once, one, ones, only, onto, open,
        or, other, others, our, ours, ourselves, out, over, own, part, parts, people, percent,
        perfect, perhaps, person, piece, place, point, possible, pretty, probably, put, question,
        questions, quick, quickly, quite, rather, read, ready, real, really, reason, remember,
        right, said, same, saw, say, saying, says, second, see, seeing, seem, seemed, seems, seen,
        sense, set, seven, several, shall, she, she'd, she'll, she's, short, should, shouldn't,
        show, side, simple, since, six, small, so, some, somebody, somehow, someone, something,
        sometimes, somewhere, soon, sorry, sort, sound, sounds, spend, start, started, starting,
        still, stop, stuff, such, sure, take, taken, takes, taking, talk, talked, talking, tell,
        ten, than, that, that'd, that'll, that's, the, their, theirs, them, themselves, then,
        there, there'll, there's, therefore, these, they, they'd, they'll, they're, they've, thing,
        things, think, thinking, third, this, those, though, thought, thoughts, three, through,
        till, time, times, to, today, together, told, tomorrow, tonight, too, took, top, totally,
        toward, towards, tried, true, try, trying, turn, twenty, two, under, understand, until, up,
        upon, us, use, used, using, usually, very, wait, walk, wanna, want, wanted, wants, was,
        wasn't, way, ways, we, we'd, we'll, we're, we've, week, weeks, well, went, were, weren't,
        what, what's, whatever, when, where, whether, which, while, who, who's, whole, whose, why,
        will, wish, with, within, without, won't, wonder, word, words, work, worked, working,
        works, worth, would, wouldn't, write, wrong, year, years, yes, yesterday, yet, you, you'd,
        you'll, you're, you've, your, yours, yourself, monday, tuesday, wednesday, thursday,
        friday, saturday, sunday, january, february, march, april, june, july, august, september,
        october, november, december, afternoon, evening, night, weekend, thank, thanks, please,
        welcome, bye, hi, hey, hello, send, sent, check, checking, checked, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, thirty, forty, fifty, sixty, hundred, thousand, eight, nine, zero, mean, choose, chose, seconds, mostly, whichever, okay, nineteenth, sit, sitting, feelings, comment, comments,
        update",
    prefixes: "",
    fillers: "
        um, uh, uhm, umm, er, erm, ah, oh, hmm, hm, mm, mmm, mhm, yeah, yep, yup, ok, okay,
        alright, right, well, so, like, cool, wow, huh, ha, haha, sure, yes, no, nope, great,
        basically, literally",
    housekeeping: "
        can you hear, can you see, could you hear, can everyone see, can everyone hear,
        can everybody, hear me, share my screen, sharing my screen, see my screen, share screen,
        on mute, are muted, you're muted, unmute, is it recording, start recording,
        started recording, stop recording, recording in progress, this is recorded,
        we're recording, press record, hit record, waiting room, good morning, good afternoon,
        good evening, how are you, how're you, how you doing, nice to see you, nice to meet you,
        good to see you, great to see you, lovely to see you, lovely to hear, thanks for joining,
        thank you for joining, thanks for coming, thanks everyone, thank you everyone,
        thanks a lot, thank you so much, thanks so much, thank you very much, thank you for having,
        thanks for having, welcome everyone, welcome to, welcome back, have a good, have a great,
        have a nice, have a lovely, see you next, see you then, see you soon, see you on,
        see you in, same time, meet again, let's talk next, talk next, talk soon, talk to you, speak soon, take care, goodbye, bye, bye bye,
        pull up my, pull it up, one second, just a second, one sec, just a sec, give me a second,
        give me a sec, hold on, hang on, bear with me, get started, let's begin, give it a minute,
        few more minutes, couple more minutes, another minute, my internet, my connection,
        your connection, froze, you're frozen, breaking up, cutting out, your audio, my audio,
        your camera, my camera, the link in the chat, in the chat, drop a link, any other comments,
        any last comments, any comments, any questions, any other questions, next on the agenda,
        let's move on, move on to, moving on, no worries, thanks for sharing, streaming, it for today, that's it from, that's all i got, from my side, from our side, from our end, share an update, the agenda, sharing your screen, presenting, speak up, jump in, raise your hand, chime in,
        thank you for sharing, live stream, go ahead, the floor is yours, we have time for,
        time check, how was your weekend, happy birthday, wrap up here, call it here, end it here,
        that's all from me, nothing else from me, hear me ok, hear me okay, loud and clear,
        let me just share",
    pointing: "
        it, it's, it'll, that, that's, this, these, those, he, he's, him, his, she, she's, her, they,
        they're, they've, them, their, there, here, one, thing, things, stuff",
    leaning: "
        let's, let, it, it's, that, that's, this, they, they're, he, he's, she, she's, and, but, or, because,
        which, then, those, these, there, also, cause, like, than, where, who, whose, them, him,
        her",
    unfinished: "
        a, an, the, and, or, but, because, cause, so, to, of, for, with, from, at, by, into, if,
        that's, it's, i'm, we're, they're, i, we, they, my, your, our, their, is, are, was, were,
        also, whether, than, as, like, um, uh, very, just, gonna, wanna, kind",
    insight: "
        i realize, i realized, i realise, i realised, i'm realizing, i'm realising, i've realized,
        i've realised, i just realized, i just realised, makes me realize, made me realize,
        makes me realise, i'm noticing, i noticed that, i've noticed, i notice that, i notice i,
        it hit me, turns out, the truth is, the real problem, the real issue, the real question,
        real reason, what really, deep down, if i'm honest, to be honest, being honest,
        i'm afraid of, i'm afraid that, i'm scared, scares me, i was afraid, i've been avoiding,
        i avoid, i never thought, never said that out loud,
        never said it out loud, out loud before, what matters, what's important, what's really,
        i learned, i've learned, i learnt, it's not about, it isn't about, not really about,
        it's really about, it's more about, what i hear, what i'm hearing, it sounds like you,
        i'm proud, proud of, the biggest, the hardest, hardest part, the pattern, same pattern,
        for the first time, changed my, an insight, the insight, breakthrough, light bulb, eye opening,
        i get it now, now i see, i see now, i know now, i've never put it, that's exactly it, the difference is, the cost of,
        costs me, cost me, i feel guilty, i felt relieved, a relief, what i need is, what i really,
        relief, i'm tired of, is tired of, i'm holding on, don't want it to be, hard to hear, i fall apart, what i know, i know what i want, it's never been, the story i, key takeaway, the main takeaway, the key is,
        the bottom line, the point is, i'd rather, underneath",
    goal: "
        my goal, our goal, the goal, i'd like to, i would like to, i'm hoping,
        i hope to, would make this, what would make, by the end of today, by the end of this,
        i'd love to, focus on, work on today, want to get out of, want to get to, want to leave with,
        most useful, aiming for, target is, the target",
    decision: "
        i've decided, we've decided, i have decided, we have decided, i decided, we decided,
        i'm deciding, the decision is, my decision, our decision, let's go with, we'll go with,
        i'll go with, i'm going with, we're going with, we go with, that's decided, we agreed,
        we've agreed, are agreed, it's settled,  i choose, i'm choosing,
        from now on, i'm saying no to, i'm saying yes to, i'm going to say no, the plan is,
         we'll stick with, let's stick with, we stick with, let's settle on, settle on,
        we're not going to, i'm not going to, decided to, decided that, is decided,
        i'm done with, let's do that, we will not, i'm handing, the answer is no, we're aligned on,
        consensus is, final decision",
    undecided: "
        haven't decided, hasn't decided, not decided, didn't decide, if i decided, if we decided,
        if you decided, before i decided, until we decided, yet decided, ago, back then,
        at the time, used to, when i was, i'm not going to lie, not going to happen, years",
    i_will: "
        i'll, i will, i commit to, i'm committing to, i promise, i promise to, my homework is,
        my commitment is",
    i_intend: "
        i'm going to, i am going to, i'm gonna, i plan to, i'm planning to, i intend to,
        i want to try, i should",
    will_you: "
        can you, could you, would you, will you, please, i'd like you to,
        i want you to, i would like you to, your homework is, i'd ask you to,
        i invite you to, if you could",
    we_will: "
        let's, we'll, we will, we're going to, we should, you'll, you will, you need to, you're going to",
    they_will: "
        will, is going to, should, can",
    no_commitment: "
        i'll be honest, i will be honest, i'll say, i will say, i'll admit, i'll tell you,
        i will tell you, i'll never, i'll be right back, i'll just say, i'll go first,
        i'll give you an example, i'll take that, i'll take it, i'll give you that, i'll let you,
        i'll see you, i'll hand it, i'll pass, i'll stop there, i'll stop here, i'll believe,
        i'll start with, i'll ask you, i'll pause, i will fail, i'll fail, let me ask,
        let me check in, let me say, let me see, let me reflect, let me push, let me think,
        let me share, let me try, let me start, let me stop, let me read that, let me play,
        let me put, let me give, let me tell, let me know, please feel, please let, please go, please share your screen, please correct, please do, let's see, let's say, let's start,
        let's get, let's talk, let's look, let's go back, let's dive, let's begin, let's move,
        let's take a, let's go, let's be, let's come back, let's pause, let's stay, let's hear,
        let's call it, let's try that, let's make that, we'll see, we'll get, we'll come back,
        we'll talk, we'll start, we'll go, can you tell, can you say, can you describe,
        can you give, can you explain, can you imagine, can you walk, can you think,
        can you remember, can you name, can you talk, could you tell, could you say,
        could you describe, could you explain, could you give, could you repeat, would you say,
        would you like, would you be, would you do, would you tell, would you want, would you have,
        would you rather, will you be, will you do, will you know, will you feel, you'll be,
        you will be, you'll see, you'll find, you'll know, you'll have, you'll feel, you'll get,
        you're going to be, if you can see, you need to know, we should be, i should have,
        i should be, i will be, i'll be able",
    imagined: "
        said, says, saying, told, thinking, maybe, whether, if, when, afraid, think, worried,
        would, imagine, unless, what, how, who, until, usually, always, because, where",
    errands: "
        send, write, email, mail, book, schedule, draft, finish, review, prepare, practice,
        practise, track, bring, update, register, apply, contact, create, order, buy, cancel,
        decline, delegate, invite, remind, log, record, complete, submit, publish, message, text,
        ping, arrange, organise, organize, forward, block, call, share, ask, sign, hand, read,
        announce, fill, print, phone, ring, introduce, present, journal, list, tell, rehearse,
        document, open, post, merge, implement, deploy, speak, talk, meet, reply, follow, collect,
        move, postpone",
    doings: "
        do, make, get, go, take, keep, put, look, give, start, try, stop, set, run, plan, pick,
        choose, check, swap, wear, test, report, sleep, stretch, come, have, work, add, use, leave,
        find, decide, drop, see, let, reach, cut, sit",
    yes_no: "yes, yeah, yep, no, nope, sure, absolutely, definitely, exactly, correct, true, okay, ok",
    no_answer: "
        i don't know, i do not know, not sure, no idea, good question, great question,
        let me think, need to think, have to think, haven't thought, hard to say, i can't answer,
        can't answer that, don't have an answer, come back to, sit with that, think about that,
        think about it, i wish i knew, no clue, that's the question",
    left_open: "
        sit with, leave you with, take home, take away with you, don't answer, not answer,
        no need to answer, open question, until next time, until our next, think about it until,
        carry that question, a question to, keep the question, question for you to",
    still_unknown: "
        i still don't know, we still don't know, still not sure, remains open, is still open,
        the open question, an open question, still need to figure, still have to figure,
        still need to decide, still have to decide, haven't decided, haven't figured out,
        i don't have an answer",
    due: Due {
        deadline: "by, before, until, till",
        at: "on, in, starting, within, after",
        joint: "
        the, our, my, your, of, end, at, a, and, or, beginning, start, o'clock",
        which: "this, every, each",
        next: "next, coming, following",
        day: "
        tomorrow, tonight, today, monday, tuesday, wednesday, thursday, friday, saturday, sunday,
        mondays, tuesdays, wednesdays, thursdays, fridays, saturdays, sundays, january, february,
        april, june, july, august, september, october, november, december, christmas, easter",
        span: "
        week, weeks, month, months, day, days, weekend, morning, mornings, noon, lunch, afternoon,
        evening, evenings, night, quarter, year, hour, hours, am, pm, march, may",
        event: "
        session, meeting, race, call, interview, deadline, run, board, holiday, holidays,
        vacation, offsite, time, conversation, standup",
        number: "two, three, four, five, six, seven, eight, nine, ten, twelve, couple, few",
    },
    stem,
};

/// Takes common endings off.
fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    if !word.is_ascii() {
        return word.to_owned();
    }
    for (ending, instead) in [
        ("ations", "at"),
        ("ation", "at"),
        ("ating", "at"),
        ("ated", "at"),
        ("ates", "at"),
        ("ate", "at"),
        ("ies", "y"),
        ("ings", ""),
        ("ing", ""),
        ("ers", ""),
        ("ed", ""),
        ("es", ""),
        ("er", ""),
        ("s", ""),
        ("e", ""),
    ] {
        if let Some(root) = word.strip_suffix(ending)
            && root.len() >= 4 - usize::from(!instead.is_empty())
            && !word.ends_with("ss")
        {
            return format!("{root}{instead}");
        }
    }
    word.to_owned()
}
