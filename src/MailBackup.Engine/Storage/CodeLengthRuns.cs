namespace MailBackup.Storage;

/// <summary>The code lengths that stand before a block, as deflate sends them (RFC 1951 §3.2.7): runs shortened, then coded by a code of their own.</summary>
internal sealed class CodeLengthRuns
{
    private const int RepeatLast = 16;
    private const int FewZeros = 17;
    private const int ManyZeros = 18;

    private readonly HuffmanCode _code = new(19, limit: 7);
    private readonly byte[] _symbols = new byte[320];
    private readonly byte[] _extra = new byte[320];
    private int _count;
    private int _sent;

    /// <summary>The order in which the lengths of the own code are sent: those that tend to be missing stand last.</summary>
    private static ReadOnlySpan<byte> Order => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Bits that <see cref="Write"/> will write.</summary>
    public int Bits { get; private set; }

    public void Build(ReadOnlySpan<byte> lengths)
    {
        Span<int> frequencies = stackalloc int[19];
        frequencies.Clear();
        _count = 0;
        for (int at = 0; at < lengths.Length;)
        {
            byte length = lengths[at];
            int run = lengths[at..].IndexOfAnyExcept(length);
            run = run < 0 ? lengths.Length - at : run;
            at += run;
            if (length != 0)
            {
                Add(length, 0, frequencies);
                run--;
            }

            int most = length == 0 ? 138 : 6;
            while (run >= 3)
            {
                int taken = Math.Min(run, most);
                int symbol = length != 0 ? RepeatLast : taken > 10 ? ManyZeros : FewZeros;
                Add(symbol, taken - (symbol == ManyZeros ? 11 : 3), frequencies);
                run -= taken;
            }

            for (; run > 0; run--)
            {
                Add(length, 0, frequencies);
            }
        }

        _code.Build(frequencies);
        _sent = Order.Length;
        while (_code.Lengths[Order[_sent - 1]] == 0)
        {
            _sent--;
        }

        Bits = 4 + (3 * _sent);
        for (int symbol = 0; symbol < frequencies.Length; symbol++)
        {
            Bits += frequencies[symbol] * (_code.Lengths[symbol] + ExtraBits(symbol));
        }
    }

    public void Write(ref BitWriter bits)
    {
        bits.Put((uint)_sent - 4, 4);
        foreach (byte symbol in Order[.._sent])
        {
            bits.Put(_code.Lengths[symbol], 3);
        }

        for (int i = 0; i < _count; i++)
        {
            bits.PutEntry(_code.Entries[_symbols[i]]);
            bits.Put(_extra[i], ExtraBits(_symbols[i]));
        }
    }

    private static int ExtraBits(int symbol) => symbol switch { RepeatLast => 2, FewZeros => 3, ManyZeros => 7, _ => 0 };

    private void Add(int symbol, int extra, Span<int> frequencies)
    {
        _symbols[_count] = (byte)symbol;
        _extra[_count++] = (byte)extra;
        frequencies[symbol]++;
    }
}
