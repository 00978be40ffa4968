//! What the sections are called in each language.

/// The headings of one language.
pub(super) struct Labels {
    code: &'static str,
    pub(super) headline: &'static str,
    pub(super) overview: &'static str,
    pub(super) key_moments: &'static str,
    pub(super) topics: &'static str,
    pub(super) progress: &'static str,
    pub(super) decisions: &'static str,
    pub(super) action_items: &'static str,
    pub(super) open_questions: &'static str,
    pub(super) next_questions: &'static str,
    /// What separates the items of an enumeration.
    pub(super) comma: &'static str,
}

macro_rules! labels {
    ($code:literal, $comma:literal: $headline:literal, $overview:literal, $moments:literal,
     $topics:literal, $progress:literal, $decisions:literal, $items:literal, $open:literal,
     $next:literal) => {
        Labels {
            code: $code,
            headline: $headline,
            overview: $overview,
            key_moments: $moments,
            topics: $topics,
            progress: $progress,
            decisions: $decisions,
            action_items: $items,
            open_questions: $open,
            next_questions: $next,
            comma: $comma,
        }
    };
}

/// English first: it stands in for languages that are missing.
static LABELS: &[Labels] = &[
    labels!("en", ", ": "Headline", "Overview", "Key moments", "Topics", "Progress", "Decisions",
        "Action items", "Open questions", "Questions for next time"),
    labels!("ar", "، ": "العنوان", "نظرة عامة", "لحظات رئيسية", "المواضيع", "التقدم", "القرارات",
        "المهام", "أسئلة مفتوحة", "أسئلة للجلسة القادمة"),
    labels!("de", ", ": "Kernaussage", "Überblick", "Schlüsselmomente", "Themen", "Fortschritte",
        "Entscheidungen", "Aufgaben", "Offene Fragen", "Fragen für das nächste Mal"),
    labels!("es", ", ": "Titular", "Resumen", "Momentos clave", "Temas", "Avances", "Decisiones",
        "Tareas", "Preguntas abiertas", "Preguntas para la próxima vez"),
    labels!("fr", ", ": "Essentiel", "Aperçu", "Moments clés", "Sujets", "Progrès", "Décisions",
        "Actions", "Questions ouvertes", "Questions pour la prochaine fois"),
    labels!("he", ", ": "כותרת", "סקירה", "רגעי מפתח", "נושאים", "התקדמות", "החלטות", "משימות",
        "שאלות פתוחות", "שאלות לפגישה הבאה"),
    labels!("hi", ", ": "मुख्य बात", "सारांश", "मुख्य क्षण", "विषय", "प्रगति", "निर्णय", "कार्य",
        "खुले प्रश्न", "अगली बार के लिए प्रश्न"),
    labels!("it", ", ": "In breve", "Panoramica", "Momenti chiave", "Argomenti", "Progressi",
        "Decisioni", "Azioni", "Domande aperte", "Domande per la prossima volta"),
    labels!("ja", "、": "見出し", "概要", "重要な場面", "話題", "進捗", "決定事項", "アクション項目",
        "未解決の質問", "次回の質問"),
    labels!("ko", ", ": "핵심", "개요", "주요 순간", "주제", "진행 상황", "결정 사항", "할 일",
        "남은 질문", "다음을 위한 질문"),
    labels!("nl", ", ": "Kern", "Overzicht", "Sleutelmomenten", "Onderwerpen", "Voortgang",
        "Beslissingen", "Actiepunten", "Open vragen", "Vragen voor de volgende keer"),
    labels!("pt", ", ": "Destaque", "Resumo", "Momentos-chave", "Temas", "Progresso", "Decisões",
        "Tarefas", "Perguntas em aberto", "Perguntas para a próxima vez"),
    labels!("ru", ", ": "Главное", "Обзор", "Ключевые моменты", "Темы", "Прогресс", "Решения",
        "Задачи", "Открытые вопросы", "Вопросы к следующей встрече"),
    labels!("th", ", ": "ประเด็นหลัก", "ภาพรวม", "ช่วงเวลาสำคัญ", "หัวข้อ", "ความคืบหน้า",
        "การตัดสินใจ", "สิ่งที่ต้องทำ", "คำถามที่ยังเปิดอยู่", "คำถามสำหรับครั้งหน้า"),
    labels!("zh", "、": "要点", "概述", "关键时刻", "话题", "进展", "决定", "行动事项", "待解决的问题",
        "下次的问题"),
];

/// Returns the headings of a language by its tag, or English ones.
pub(super) fn labels(tag: &str) -> &'static Labels {
    let primary = tag.split(['-', '_']).next().unwrap_or(tag);
    LABELS.iter().find(|labels| labels.code.eq_ignore_ascii_case(primary)).unwrap_or(&LABELS[0])
}
