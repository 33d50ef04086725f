/** Route 53's hosted zones of API Gateway's regional endpoints (AWS General Reference, "Amazon API Gateway endpoints"). */
const ZONES = Object.fromEntries(
  `us-east-1 Z1UJRXOUMOOFQ8 us-east-2 ZOJJZC49E0EPZ us-west-1 Z2MUQ32089INYE us-west-2 Z2OJLYMUO9EFXC
af-south-1 Z2DHW2332DAMTN ap-east-1 Z3FD1VL90ND7K5 ap-south-1 Z3VO1THU9YC4UR ap-northeast-1 Z1YSHQZHG15GKL
ap-northeast-2 Z20JF4UZKIW1U8 ap-southeast-1 ZL327KTPIQFUL ap-southeast-2 Z2RPCDW04V8134 ca-central-1 Z19DQILCV0OWEC
eu-central-1 Z1U9ULNL0V5AJ3 eu-north-1 Z3UWIKFBOOGXPP eu-south-1 Z3BT4WSQ9TDYZV eu-west-1 ZLY8HYME6SFDD
eu-west-2 ZJ5UAJN8Y3Z2Q eu-west-3 Z3KY65QIEKYHQQ me-south-1 Z20ZBPC0SS8806 sa-east-1 ZCMLWB8V5SYIT`
    .split('\n')
    .flatMap((line) => line.match(/\S+ \S+/g)!)
    .map((pair) => pair.split(' ')),
) as Record<string, string>

/** none is answered for a region that is not listed */
export const regionalZone = (region: string): string | undefined => ZONES[region]

/** that of every CloudFront distribution */
export const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2'
