using System.Text;
using MailBackup.Searching.Text;

namespace MailBackup.Searching.Query;

/// <summary>
/// Reads the language of queries: <c>invoice "final notice" -draft (april OR may) from:alice subject:repor* has:attachment</c>. Words are all wanted.
/// Throws <c>SearchQueryInvalid</c>, which says what is wrong and at which character.
/// </summary>
internal sealed class QueryParser
{
    private const int MaxLength = 4096;
    private const int MaxTerms = 100;
    private const int MaxDepth = 32;

    private readonly string _text;
    private int _at, _terms, _depth;

    private QueryParser(string text) => _text = text;

    /// <param name="field">The field that words without one are looked for in; null for all.</param>
    public static QueryNode Parse(string text, string? field = null)
    {
        var parser = new QueryParser(text);
        if (text.Length > MaxLength)
        {
            throw parser.Invalid($"it is longer than {MaxLength} characters", "Search for fewer words.");
        }

        var node = parser.ReadOr(field is null ? null : QueryFields.Column(field));
        parser.SkipBlanks();
        if (parser._at < text.Length)
        {
            throw parser.Invalid($"a ')' at character {parser._at + 1} closes nothing", "Remove it, or put the text in quotation marks.");
        }

        return node ?? throw parser.Invalid("there is nothing in it to search for", "Give a word of at least one letter or digit.");
    }

    private QueryNode? ReadOr(string? column)
    {
        var parts = new List<QueryNode>();
        while (true)
        {
            var part = ReadAnd(column);
            bool more = TryWord("OR");
            if (part is null && (more || parts.Count > 0))
            {
                throw Invalid("OR needs a word on both sides", "Write 'april OR may', or put \"OR\" in quotation marks to search for the word.");
            }

            if (part is not null)
            {
                parts.Add(part);
            }

            if (!more)
            {
                return parts.Count > 1 ? new QueryNode.Or(parts) : parts.Count == 1 ? parts[0] : null;
            }
        }
    }

    private QueryNode? ReadAnd(string? column)
    {
        var parts = new List<QueryNode>();
        while (ReadOne(column) is { } part)
        {
            parts.Add(part);
            TryWord("AND");
        }

        return parts.Count > 1 ? new QueryNode.And(parts) : parts.Count == 1 ? parts[0] : null;
    }

    /// <summary>One word, phrase, group or its negation; null where there is none.</summary>
    private QueryNode? ReadOne(string? column)
    {
        SkipBlanks();
        if (_at >= _text.Length || _text[_at] == ')' || IsWord("OR"))
        {
            return null;
        }

        if (_text[_at] == '-' || TryWord("NOT"))
        {
            _at += _at < _text.Length && _text[_at] == '-' ? 1 : 0;
            Enter();
            var negated = ReadOne(column) ?? throw Invalid("a '-' stands before nothing", "Write '-draft', or put the text in quotation marks.");
            _depth--;
            return new QueryNode.Not(negated);
        }

        if (_text[_at] == '(')
        {
            return ReadGroup(column);
        }

        if (_text[_at] == '"')
        {
            return ReadPhrase(column);
        }

        return ReadWord(column);
    }

    private QueryNode ReadGroup(string? column)
    {
        int opened = ++_at;
        Enter();
        var group = ReadOr(column);
        SkipBlanks();
        if (_at >= _text.Length || group is null)
        {
            throw Invalid(
                group is null ? $"the '(' at character {opened} has nothing in it" : $"the '(' at character {opened} is not closed",
                "Write '(april OR may)', or put the text in quotation marks.");
        }

        _at++;
        _depth--;
        return group;
    }

    private QueryNode ReadPhrase(string? column)
    {
        int end = _text.IndexOf('"', _at + 1);
        if (end < 0)
        {
            throw Invalid($"the quotation mark at character {_at + 1} is not closed", "Close it, or remove it.");
        }

        string phrase = _text[(_at + 1)..end];
        _at = end + 1;
        bool prefix = _at < _text.Length && _text[_at] == '*';
        _at += prefix ? 1 : 0;
        return Words(column, phrase, prefix);
    }

    private QueryNode ReadWord(string? column)
    {
        int start = _at;
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not ('"' or '(' or ')' or ':'))
        {
            _at++;
        }

        string word = _text[start.._at];
        if (_at < _text.Length && _text[_at] == ':' && IsName(word) && !_text.AsSpan(_at).StartsWith("://"))
        {
            return ReadField(word, start);
        }

        // "10:30", "https://example.org": no field, one word, whose parts stand one behind the other.
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not ('"' or '(' or ')'))
        {
            _at++;
        }

        word = _text[start.._at];
        return Words(column, word.TrimEnd('*'), prefix: word.EndsWith('*'));
    }

    private QueryNode ReadField(string name, int start)
    {
        _at++;
        if (QueryFields.Column(name) is not { } column)
        {
            return name.Equals(QueryFields.Has, StringComparison.OrdinalIgnoreCase) ? ReadHas() : throw Invalid(
                $"there is no field '{name}' (character {start + 1})",
                $"The fields are {QueryFields.Names}; to search for the text itself, put it in quotation marks.");
        }

        if (_at >= _text.Length || char.IsWhiteSpace(_text[_at]) || _text[_at] == ')' || ReadOne(column) is not { } part)
        {
            throw Invalid($"'{name}:' stands before nothing", $"Write '{name}:word' without a blank, or put the text in quotation marks.");
        }

        return part;
    }

    private QueryNode.Mark ReadHas()
    {
        const string Attachment = "attachment";
        if (_text.AsSpan(_at).StartsWith(Attachment, StringComparison.OrdinalIgnoreCase) && IsEnd(_at + Attachment.Length))
        {
            _at += Attachment.Length;
            return new QueryNode.Mark(SearchIndex.AttachmentMark);
        }

        throw Invalid("'has:' knows nothing but an attachment", "Write 'has:attachment'.");
    }

    private QueryNode Words(string? column, string text, bool prefix)
    {
        if (++_terms > MaxTerms)
        {
            throw Invalid($"it has more than {MaxTerms} words", "Search for fewer words.");
        }

        // As the index has them.
        var words = new StringBuilder();
        WordText.Append(words, text, MaxLength);
        string clean = words.ToString();
        return clean.EnumerateRunes().Any(IsOfWord) ? new QueryNode.Words(column, clean, prefix) : throw Invalid(
            $"'{text}' has no letter or digit", "Leave it out: punctuation cannot be searched.");
    }

    /// <summary>What SQLite's tokenizer takes for a part of a word.</summary>
    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.IsNumber(rune);

    private static bool IsName(string word) => word.Length > 0 && word.All(char.IsAsciiLetter);

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw Invalid($"its parentheses are nested more than {MaxDepth} deep", "Write it with fewer of them.");
        }
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private bool IsEnd(int at) => at >= _text.Length || char.IsWhiteSpace(_text[at]) || _text[at] is '(' or ')' or '"';

    private bool IsWord(string word) => _text.AsSpan(_at).StartsWith(word) && IsEnd(_at + word.Length);

    private bool TryWord(string word)
    {
        SkipBlanks();
        if (!IsWord(word))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    private MailBackupException Invalid(string reason, string action)
    {
        string shown = _text.Length > 80 ? _text[..80] + "…" : _text;
        return new MailBackupException(ErrorIds.SearchQueryInvalid, $"The query '{shown}' cannot be understood: {reason}.", action, _text);
    }
}
