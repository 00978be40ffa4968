//! Language tags (BCP 47): one spelling for each language.
//!
//! Tools name a language by any of its codes in ISO 639 (`eng`, `ger`, `iw`). A tag has the
//! shortest, as RFC 5646 requires, so that a session is found by the tag that everybody knows.

/// The two-letter code of each language that has one (ISO 639-1), then its codes in ISO 639-2, both
/// for terminology (which is that of ISO 639-3) and for bibliography, those of its usual or only
/// standard variety (`cmn` for Chinese), and codes that were replaced.
const CODES: &str = "\
    aa aar,ab abk,ae ave,af afr,ak aka twi,am amh,an arg,ar ara arb,as asm,av ava,ay aym,az aze azj,\
    ba bak,be bel,bg bul,bh bih,bi bis,bm bam,bn ben,bo bod tib,br bre,bs bos,ca cat,ce che,ch cha,\
    co cos,cr cre,cs ces cze,cu chu,cv chv,cy cym wel,da dan,de deu ger,dv div,dz dzo,ee ewe,\
    el ell gre,en eng,eo epo,es spa,et est ekk,eu eus baq,fa fas per pes,ff ful,fi fin,fj fij,\
    fo fao,fr fra fre,fy fry,ga gle,gd gla,gl glg,gn grn,gu guj,gv glv,ha hau,he heb iw,hi hin,\
    ho hmo,hr hrv scr,ht hat,hu hun,hy hye arm,hz her,ia ina,id ind in,ie ile,ig ibo,ii iii,ik ipk,\
    io ido,is isl ice,it ita,iu iku,ja jpn,jv jav jw,ka kat geo,kg kon,ki kik,kj kua,kk kaz,kl kal,\
    km khm,kn kan,ko kor,kr kau,ks kas,ku kur,kv kom,kw cor,ky kir,la lat,lb ltz,lg lug,li lim,\
    ln lin,lo lao,lt lit,lu lub,lv lav lvs,mg mlg,mh mah,mi mri mao,mk mkd mac,ml mal,mn mon khk,\
    mr mar,ms msa may zsm,mt mlt,my mya bur,na nau,nb nob,nd nde,ne nep npi,ng ndo,nl nld dut,\
    nn nno,no nor,nr nbl,nv nav,ny nya,oc oci,oj oji,om orm,or ori ory,os oss,pa pan,pi pli,pl pol,\
    ps pus,pt por,qu que,rm roh,rn run,ro ron rum mo mol,ru rus,rw kin,sa san,sc srd,sd snd,se sme,\
    sg sag,si sin,sk slk slo,sl slv,sm smo,sn sna,so som,sq sqi alb,sr srp scc,ss ssw,st sot,su sun,\
    sv swe,sw swa swh,ta tam,te tel,tg tgk,th tha,ti tir,tk tuk,tl tgl,tn tsn,to ton,tr tur,ts tso,\
    tt tat,ty tah,ug uig,uk ukr,ur urd,uz uzb uzn,ve ven,vi vie,vo vol,wa wln,wo wol,xh xho,\
    yi yid ydd ji,yo yor,za zha,zh zho chi cmn,zu zul";

/// The languages whose varieties are named by a second subtag of three letters.
const EXTENDED: &[&str] = &["ar", "lv", "ms", "sgn", "sw", "uz", "zh"];

/// The longest tag, in bytes.
const TAG_MAX: usize = 35;

/// Returns a stated tag in its one spelling; `None` if it is no tag. The subtags may be separated
/// by underscores, as in names of locales.
pub fn canonical(stated: &str) -> Option<String> {
    let stated = stated.trim();
    if stated.len() > TAG_MAX {
        return None;
    }
    let mut tag = String::with_capacity(stated.len());
    for (place, part) in stated.split(['-', '_']).enumerate() {
        let fits = match place {
            0 => matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic()),
            _ => matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()),
        };
        if !fits {
            return None;
        }
        let part = part.to_ascii_lowercase();
        if place == 0 {
            tag.push_str(shortest(&part));
            continue;
        }
        // `zh-cmn`: the variety says no more than the language.
        if place == 1 && part.len() == 3 && part.bytes().all(|b| b.is_ascii_alphabetic()) {
            // Three letters of a country, as in `eng-USA`, are no subtag.
            if EXTENDED.contains(&tag.as_str()) && shortest(&part) != tag {
                tag = shortest(&part).to_owned();
            }
            continue;
        }
        tag.push('-');
        match part.len() {
            2 => tag.push_str(&part.to_ascii_uppercase()),
            4 if part.bytes().all(|b| b.is_ascii_alphabetic()) => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..]);
            }
            _ => tag.push_str(&part),
        }
    }
    Some(tag)
}

/// Returns the shortest code of a language.
fn shortest(code: &str) -> &str {
    let known = CODES.split(',').find(|codes| codes.split(' ').any(|other| other == code));
    known.and_then(|codes| codes.split(' ').next()).unwrap_or(code)
}

/// Returns a tag and each beginning of it, longest first: what a filter may call it (RFC 4647,
/// basic filtering).
pub fn ranges(tag: &str) -> impl Iterator<Item = &str> {
    let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
    let ends: Vec<usize> = ends.collect();
    ends.into_iter().rev().map(move |end| &tag[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_one_spelling() {
        for (stated, tag) in [
            ("eng", "en"),
            ("EN", "en"),
            ("heb", "he"),
            ("iw", "he"),
            ("ger", "de"),
            ("deu", "de"),
            ("fre-ca", "fr-CA"),
            ("por_BR", "pt-BR"),
            ("cmn-hans-cn", "zh-Hans-CN"),
            ("zh-cmn", "zh"),
            ("zh-yue", "yue"),
            ("eng-USA", "en"),
            ("yue", "yue"),
            ("es-419", "es-419"),
            ("de-1996", "de-1996"),
            (" he ", "he"),
        ] {
            assert_eq!(canonical(stated).as_deref(), Some(tag), "{stated}");
            assert_eq!(canonical(tag).as_deref(), Some(tag), "{tag} stays");
        }
        for no_tag in ["", "English", "e", "en-", "עב", "x-klingon", &"en-a".repeat(20)] {
            assert_eq!(canonical(no_tag), None, "{no_tag}");
        }
    }

    #[test]
    fn no_code_stands_for_two_languages() {
        let mut codes: Vec<&str> = CODES.split([',', ' ']).collect();
        assert!(codes.iter().all(|code| matches!(code.len(), 2 | 3)));
        let first = CODES.split(',').filter_map(|codes| codes.split(' ').next());
        assert!(first.clone().all(|code| code.len() == 2) && first.count() > 180);
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn a_filter_may_name_the_beginning_of_a_tag() {
        assert_eq!(ranges("zh-Hant-TW").collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
        assert_eq!(ranges("en").collect::<Vec<_>>(), ["en"]);
    }
}
