//! English.

use super::lists::Lists;

pub(super) static EN: Lists = Lists {
    code: "en",
    telling: "
        afternoon, alone, bad, believe, eight, eleven, evening, feel, feeling, feelings, fun, hard,
        help, helps, honest, hope, hours, love, mind, money, monday, tuesday, wednesday, thursday,
        friday, saturday, sunday, january, february, march, april, june, july, august, september,
        october, november, december, morning, name, night, old, people, perfect, read, second,
        short, sit, sitting, sorry, start, starting, stop, time, try, trying, wait, walk, weekend,
        work, worked, working, works, worth, write, wrong, yourself",
    boilerplate: "
        discuss, discussed, discussing, discussion, discussions, summarize, summarise, summarizes,
        summarizing, summary, describe, described, explain, opinion, opinions, mention, mentions,
        mentioned, mentioning, speak, speaking, spoke, spoken, conversation, conversations,
        session, sessions, meeting, meetings, call, calls, recall, search,
        regarding, concerning, topic, topics, came up, come up, comes up, brought up, bring up,
        raised, thoughts on, views on, take on, attitude, attitude towards, remind me, tell me,
        show me, find me, give me, do you remember, did * say, did * think, passage, passages,
        quote, quotes, notes, talk, talks, agree, agreed, spoken about",
    promised: "
        promised, promises, committed, commits, commitments, agreed to, agrees to, action item,
        action items, to do list, to do lists, to dos, todo, todos, things to do, homework,
        undertook",
    decided: "
        decided, decides, decision, decisions, agreed, agreed on, agreed that, settled on,
        concluded, resolved to, conclusions",
    asked: "asked, asks, questions, question did",
    promise: "say * would, promise, commit, commit to, agree to, promise to",
    decide: "decide, decide on, agree, agree on, conclude, settle on",
    ask: "ask",
    no_kind: "
        agreed with, agree with, agreed upon time, decision making, decision maker,
        decision makers, any questions, asked me to, asks me to, questions about how to",
    did: "did, didn't, has, have, had, was, were",
    topic: "about, regarding, concerning",
    does: "
        say, said, says, promise, promised, promises, decide, decided, decides, ask, asked, asks,
        tell, told, mention, mentioned, mentions, agree, agreed, think, thinks, thought, want,
        wanted, wants, talk, talked, talks, feel, felt, feels, was, is, has, had, commit,
        committed, suggest, suggested, propose, proposed, explain, explained, describe, described,
        share, shared, raise, raised, complain, complained, need, needed, plan, planned, believe,
        believed, claim, claimed, recommend, recommended, bring, brought, speak, spoke, come, came,
        worry, worried, went, made, did, mean, meant, hope, hoped, answer, answered",
    with: "did, does, has, with, tell, told, ask, asked, what's, by",
    ordinary: "
        amber, angel, april, art, ash, august, autumn, baker, bank, banks, bay, bell, best, bill,
        black, blue, bob, bond, brook, brooks, brown, bush, case, cash, chance, chase, chip, chuck,
        clay, cliff, cook, crystal, daisy, dale, dawn, day, dean, dick, don, dot, drew, earnest,
        ebony, english, faith, field, fields, fisher, flora, forest, fox, frank, french, gene,
        ginger, glen, gold, grace, grant, gray, green, grey, guy, hall, harmony, hart, heath, hill,
        holly, honey, hope, hunter, iris, ivy, jack, jade, jasmine, jean, jewel, joy, june, king,
        kit, knight, lace, lane, lance, law, lily, little, long, lord, love, major, mark, marks,
        mason, matt, max, may, melody, mercy, miles, miller, moon, moss, myrtle, nick, noble,
        north, olive, page, park, parker, parks, pat, patience, peace, pearl, penny, pepper, pierce,
        poppy, power, powers, price, prudence, queen, rain, ray, read, reed, rich, rice, river,
        rivers, rob, robin, rock, rod, roman, rose, ruby, rusty, sage, sandy, savannah, serenity,
        sharp, shepherd, singer, sky, skip, small, smith, snow, spring, star, stern, stone, strong,
        sue, summer, summers, sunny, taylor, terry, trinity, turner, van, victor, violet, wade,
        walker, ward, waters, webb, wells, west, wheeler, white, will, willow, winter, winters,
        wolf, wood, woods, young, chin, chain, china, maria's, tom's, ed, al, art's, pete, hank,
        peg, bert, ted, gay, gale, norm, earl, duke, basil, colt, hazel, heather, lacy, merry,
        rocky, buddy, sonny, josh, jimmy, bunny, tony",
    except: "
        but not about, but not, except, except for, except about, excluding, other than,
        apart from, aside from, leaving out, and not about, ignoring, not including",
    without: "without",
    sessions: "
        session, sessions, meeting, meetings, call, calls, conversation, conversations, transcript,
        transcripts, everything, anything, all, results, notes, passages",
    leading: "about, for, from, the, any, a, an, with, mentioning, on",
    ends: "
        and, or, but, in, on, since, from, before, after, during, last, this, between, until, when,
        that, which, who, what, for, over",
};
