using System.Globalization;

namespace MailBackup.Model;

/// <summary>The number of a transaction: the place of its line in the journal of its account, counted from 1.</summary>
public readonly record struct TransactionId(long Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
