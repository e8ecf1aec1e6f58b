using System.Globalization;
using System.Management.Automation;

namespace MailBackup.Cmdlets;

/// <summary>Lets a share be written as <c>5%</c>, too.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class PercentTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is string text && double.TryParse(text.Trim().TrimEnd('%').TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share)
            ? share
            : inputData;
}
